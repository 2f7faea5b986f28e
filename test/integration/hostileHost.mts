/** A service and file host on loopback whose files come in every way but the usual one. */
import { gzipSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { KlingTextToVideo } from '../../nodes/KlingTextToVideo/KlingTextToVideo.node.ts';
import { HttpServer, sendJson } from '../../testkit/engine/http-server.mts';
import { sampleVideo } from './fixture.mts';

export type Answer = (response: ServerResponse, server: HttpServer) => void;

/** Sends a piece again and again, until the client has enough. */
function repeat(response: ServerResponse, piece: Buffer | string, ms: number): void {
	const timer = setInterval(() => response.write(piece), ms);
	response.on('close', () => clearInterval(timer));
}

/** A file, byte for byte or otherwise. */
export const FILES = {
	packed: (response) => {
		// Packing a video makes it longer, not shorter.
		const packed = gzipSync(sampleVideo(), { level: 0 });
		response.writeHead(200, {
			'content-type': 'video/mp4',
			'content-encoding': 'gzip',
			'content-length': packed.length,
		});
		response.end(packed);
	},
	withoutLength: (response) => {
		response.writeHead(200, { 'content-type': 'application/octet-stream' });
		response.write(sampleVideo().subarray(0, 1));
		setTimeout(() => {
			response.write(sampleVideo().subarray(1, 3));
			response.end(sampleVideo().subarray(3));
		}, 3_000);
	},
	untyped: (response) => {
		response.writeHead(200);
		response.end(sampleVideo());
	},
	tiny: (response) => {
		response.writeHead(200, { 'content-type': 'video/mp4' });
		response.end(sampleVideo().subarray(0, 100));
	},
	redirects: (response, { requests }) => {
		if (requests.at(-1)?.url === '/elsewhere/a.mp4') return FILES.untyped(response);
		const isFirst = requests.at(-1)?.url === '/a.mp4';
		response.writeHead(302, {
			location: isFirst ? `http://localhost:${portOf(response)}/x/b` : '../elsewhere/a.mp4',
		});
		response.write('Moved. ');
		repeat(response, 'Moved. ', 500);
	},
	pageAsBytes: (response) => {
		response.writeHead(200, { 'content-type': 'application/octet-stream' });
		response.end('<!DOCTYPE html><title>Sign in</title>');
	},
	untypedPage: (response) => {
		response.writeHead(200);
		response.write('\n');
		response.end('<html><title>Sign in</title></html>');
	},
	untypedJson: (response) => {
		response.writeHead(200);
		response.end('{"error":"expired"}');
	},
	redirectsForEver: (response) => {
		response.writeHead(307, { location: '/a.mp4' });
		response.end();
	},
	redirectsToFile: (response) => {
		response.writeHead(302, { location: 'file:///etc/passwd' });
		response.end();
	},
	trickles: (response) => {
		response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': 5_000_000 });
		response.write(sampleVideo().subarray(0, 1000));
		repeat(response, Buffer.alloc(1), 1_000);
	},
	tricklesFromTheStart: (response) => {
		response.writeHead(200, { 'content-type': 'video/mp4' });
		repeat(response, Buffer.alloc(1), 1_000);
	},
	neverEnds: (response) => {
		response.writeHead(200, { 'content-type': 'video/mp4' });
		response.write(sampleVideo());
		repeat(response, Buffer.alloc(10_000), 500);
	},
	neverAnswers: () => {},
} as const satisfies Record<string, Answer>;

function portOf(response: ServerResponse): number {
	return response.socket?.localPort ?? 0;
}

/** Tells about a finished task whose video is at this address, and answers everything else so. */
export function serve(server: HttpServer, address: string, file: Answer): void {
	server.answer = ({ url }, response) => {
		if (!url.startsWith('/v1/')) return file(response, server);
		const videos = [{ id: 'v1', url: address, duration: 5 }];
		sendJson(response, 200, {
			task_id: 'task-1',
			task_status: 'completed',
			task_result: { videos },
		});
	};
}

/** The requests that are not about the task. */
export function fileRequests({ requests }: HttpServer): HttpServer['requests'] {
	return requests.filter(({ url }) => !url.startsWith('/v1/'));
}

/** The node, to which a service on loopback has a name on the internet. */
export function nodeThatSees(host: string, server: HttpServer): KlingTextToVideo {
	const node = new KlingTextToVideo();
	const { execute } = node;
	node.execute = async function (this: IExecuteFunctions) {
		const { httpRequestWithAuthentication } = this.helpers;
		const helpers: IExecuteFunctions['helpers'] = {
			...this.helpers,
			async httpRequestWithAuthentication(type, options: IHttpRequestOptions, more) {
				const url = options.url.replace(host, server.url);
				return (await httpRequestWithAuthentication.call(
					this,
					type,
					{ ...options, url },
					more,
				)) as unknown;
			},
		};
		return await execute.call(Object.create(this, { helpers: { value: helpers } }));
	};
	return node;
}
