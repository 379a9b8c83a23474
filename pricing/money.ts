/** An amount of money with its thousands apart: 1234.5 is `1,234.50`. */
export function money(amount: number): string {
  return amount.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",");
}
