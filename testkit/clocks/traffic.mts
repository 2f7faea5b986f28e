/**
 * What is on its way in this process: bytes between its own clients and servers, files being read and
 * written, work of other threads. Where tests run node and service in one process, everybody sleeps once
 * nothing is, however slow the machine. Every server that is talked to must be in this process.
 */
import { channel, type ChannelListener } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import process from 'node:process';
import { createGunzip } from 'node:zlib';

/** What Node calls requests that end soon and by themselves: to the file system and for the address of a host. */
const SHORT_WORK = /^(FSReq|CloseReq|FileHandleCloseReq|GetAddrInfoReq)/;

/** One end of a connection, as far as Node does not declare it. */
interface Handle {
	bytesRead: number;
	reading: boolean;
	/** Of a TLS connection: the TCP connection under it. */
	_parent?: Handle;
}
type End = Socket & { _handle?: Handle | null; _readableState: { ended: boolean } };

/** A client of this process and, once it is accepted, its other end. */
interface Connection {
	client: End;
	server?: End;
}

/** Work whose end is told to a function. */
type Transform = (chunk: unknown, encoding: unknown, done: (...results: unknown[]) => void) => void;

const serverSockets = channel('net.server.socket');

export class Traffic {
	private readonly connections = new Set<Connection>();
	/** Servers' ends whose clients have not heard of it yet, by the ports of both. */
	private readonly accepted = new Map<string, End>();
	/** Work in other threads. */
	private readonly work = new Set<object>();
	private changes = 0;
	private unwatch: () => void = () => {};

	watch(): void {
		const undo = [
			this.watchClients(),
			this.watchServers(),
			this.watchCompression(),
			this.watchCryptography(),
		];
		this.unwatch = () => undo.forEach((each) => each());
	}

	stop(): void {
		this.unwatch();
		this.connections.clear();
		this.accepted.clear();
		this.work.clear();
	}

	/** Whether something will happen by itself. */
	get isOnItsWay(): boolean {
		return (
			this.work.size > 0 ||
			[...this.connections].some(isCarrying) ||
			process.getActiveResourcesInfo().some((type) => SHORT_WORK.test(type))
		);
	}

	/** A number that differs once something has arrived. */
	get arrivals(): number {
		let bytes = 0;
		for (const { client, server } of this.connections) bytes += received(client) + received(server);
		return this.changes + bytes;
	}

	/** Work of another thread, until the function that is returned is called. */
	private begin(work: object): () => void {
		this.work.add(work);
		return () => {
			this.work.delete(work);
			this.changes++;
		};
	}

	private watchClients(): () => void {
		const { connect } = Socket.prototype;
		const begin = (client: End) => {
			const connection: Connection = { client };
			this.connections.add(connection);
			this.changes++;
			client.once('connect', () => {
				const key = `${client.localPort}-${client.remotePort}`;
				this.meet(connection, key);
			});
			client.once('close', () => {
				this.changes++;
				// Nobody listened, or it was given up before anybody did.
				if (!connection.server) this.connections.delete(connection);
				else this.forget(connection);
			});
		};
		Socket.prototype.connect = function (this: End, ...args: Parameters<typeof connect>) {
			begin(this);
			return connect.apply(this, args);
		} as typeof connect;
		return () => {
			Socket.prototype.connect = connect;
		};
	}

	private watchServers(): () => void {
		const onSocket: ChannelListener = (message) => {
			const { socket } = message as { socket: End };
			const key = `${socket.remotePort}-${socket.localPort}`;
			this.changes++;
			this.accepted.set(key, socket);
			const connection = [...this.connections].find(
				({ client, server }) => !server && `${client.localPort}-${client.remotePort}` === key,
			);
			if (connection) this.meet(connection, key);
			socket.once('close', () => {
				this.changes++;
				if (this.accepted.get(key) === socket) this.accepted.delete(key);
				for (const each of this.connections) if (each.server === socket) this.forget(each);
			});
		};
		serverSockets.subscribe(onSocket);
		return () => serverSockets.unsubscribe(onSocket);
	}

	private meet(connection: Connection, key: string): void {
		connection.server ??= this.accepted.get(key);
		if (connection.server) this.accepted.delete(key);
	}

	/** Once both ends know that it is over. */
	private forget(connection: Connection): void {
		const { client, server } = connection;
		if (client.closed && server?.closed) this.connections.delete(connection);
	}

	private watchCompression(): () => void {
		// The base class of all of them, which Node does not export.
		const base = Object.getPrototypeOf(
			Object.getPrototypeOf(Object.getPrototypeOf(createGunzip())),
		) as {
			_transform: Transform;
		};
		const { _transform: transform } = base;
		const begin = (stream: Socket) => {
			const end = this.begin(stream);
			stream.once('close', end);
			return end;
		};
		base._transform = function (this: Socket, chunk, encoding, done) {
			const end = begin(this);
			transform.call(this, chunk, encoding, (...results) => {
				end();
				done(...results);
			});
		};
		return () => {
			base._transform = transform;
		};
	}

	private watchCryptography(): () => void {
		const { subtle } = globalThis.crypto;
		const methods = ['importKey', 'sign', 'verify', 'digest'] as const;
		for (const name of methods) {
			const method = subtle[name] as (...args: unknown[]) => Promise<unknown>;
			const watched = async (...args: unknown[]) => {
				const end = this.begin({});
				return await method.apply(subtle, args).finally(end);
			};
			Object.defineProperty(subtle, name, { configurable: true, value: watched });
		}
		return () => {
			for (const name of methods) Reflect.deleteProperty(subtle, name);
		};
	}
}

/** Whether an end is about to hear something that the other has sent or done. */
function isCarrying({ client, server }: Connection): boolean {
	if (client.connecting) return true;
	if (!server) return !client.destroyed;
	return owes(client, server) || owes(server, client);
}

function owes(from: End, to: End): boolean {
	if (to.destroyed || to._readableState.ended) return to.destroyed && !to.closed;
	// What it does not take is not on its way: it is busy, or does not want it.
	if (to._handle?.reading === false) return false;
	return from.destroyed || from.writableFinished || sentBy(from) !== received(to);
}

/** Bytes, those of a TLS connection's own included. */
function received(end?: End): number {
	if (!end) return 0;
	return end._handle?._parent?.bytesRead ?? end._handle?.bytesRead ?? end.bytesRead;
}

function sentBy(end: End): number {
	const handle = end._handle as (Handle & { bytesWritten: number }) | null | undefined;
	const parent = handle?._parent as { bytesWritten: number } | undefined;
	return parent?.bytesWritten ?? end.bytesWritten;
}
