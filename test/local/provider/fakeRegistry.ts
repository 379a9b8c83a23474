import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** As much of a container registry as a push needs; it keeps the manifests by `repository:tag`. */
export async function startRegistry() {
  const manifests = new Map<string, string>();
  const blobs = new Set<string>();
  const server = createServer(async (request, response) => {
    const body = await read(request);
    const { pathname, searchParams } = new URL(request.url!, "http://registry");
    const send = (status: number, headers: Record<string, string> = {}) => response.writeHead(status, headers).end();
    const [, repository, kind, reference] = /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests)\/(.*)$/.exec(pathname) ?? [];
    if (!repository) return send(pathname === "/v2/" ? 200 : 404);
    if (kind === "blobs") return send(blobs.has(reference) ? 200 : 404, { "Content-Length": "0" });
    if (kind === "manifests") {
      if (request.method !== "PUT") return send(404);
      const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
      manifests.set(`${repository}:${reference}`, digest);
      return send(201, { "Docker-Content-Digest": digest });
    }
    const digest = searchParams.get("digest");
    if (request.method === "PUT" && digest) blobs.add(digest);
    const location = `/v2/${repository}/blobs/uploads/1`;
    return send(request.method === "PUT" ? 201 : 202, {
      Location: location,
      Range: `0-${Math.max(body.length - 1, 0)}`,
      "Docker-Upload-UUID": "1",
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return { address: `localhost:${(server.address() as AddressInfo).port}`, manifests, stop };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
