/**
 * Loads n8n's engine into this process without n8n's side effects: nothing is written to the
 * user's home and nothing is printed.
 *
 * Everything comes through require(), never through `import`: n8n-workflow exists as a CommonJS
 * and as an ES module, n8n-core uses the first, and with two copies `instanceof NodeApiError`
 * would fail between them.
 */
import 'reflect-metadata'; // n8n's dependency injection needs it before anything of n8n loads
import type * as N8nCore from 'n8n-core';
import type * as N8nWorkflow from 'n8n-workflow';
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export type LogListener = (level: LogLevel, message: string) => void;

type Service<T> = abstract new (...args: never[]) => T;

/** n8n's dependency container, as far as it is used here. */
interface Container {
	get<T>(type: Service<T>): T;
	set<T>(type: Service<T>, instance: unknown): void;
}

export interface Engine {
	core: typeof N8nCore;
	workflow: typeof N8nWorkflow;
	container: Container;
}

// The logger is one for the whole process; this tells the executions apart that write to it.
const logListeners = new AsyncLocalStorage<LogListener>();

let engine: Engine | undefined;

/** n8n's engine, loaded at the first call (some seconds), the same object at every later one. */
export function loadEngine(): Engine {
	engine ??= load();
	return engine;
}

/** Runs `action`; what n8n and its nodes log meanwhile, also later in it, goes to `listener`. */
export function withLogListener<T>(listener: LogListener, action: () => T): T {
	return logListeners.run(listener, action);
}

function load(): Engine {
	// Resolved from the working directory, since `import.meta` does not exist in CommonJS (jest).
	const fromHere = createRequire(join(process.cwd(), 'package.json'));
	// n8n-core may have its own copies of n8n's packages beside it: only those are connected to it.
	const fromCore = createRequire(fromHere.resolve('n8n-core'));

	// Packages with a dependency container of their own would otherwise create a printing logger.
	process.env.N8N_LOG_LEVEL = 'silent';

	const core = fromHere('n8n-core') as typeof N8nCore;
	const { Container: container } = fromCore('@n8n/di') as { Container: Container };
	const { Logger } = fromCore('@n8n/backend-common') as { Logger: Service<unknown> };
	container.set(Logger, createLogger());
	container.set(core.ErrorReporter, createErrorReporter());
	createInstanceSettings(core, container);
	return { core, workflow: fromCore('n8n-workflow') as typeof N8nWorkflow, container };
}

function createLogger() {
	const write = (level: LogLevel) => (message: string) => logListeners.getStore()?.(level, message);
	const logger = {
		error: write('error'),
		warn: write('warn'),
		info: write('info'),
		debug: write('debug'),
		scoped: () => logger,
	};
	return logger;
}

/** n8n reports node failures to Sentry, or else logs them with their stack. The run has them. */
function createErrorReporter() {
	const ignore = () => {};
	return { error: ignore, warn: ignore, info: ignore };
}

/**
 * n8n's instance settings write a `.n8n/config` with a new encryption key as soon as they are
 * created. They are created here, in a folder that goes away at once: later they are only read
 * from memory.
 */
function createInstanceSettings(core: typeof N8nCore, container: Container) {
	const folder = mkdtempSync(join(tmpdir(), 'n8n-user-'));
	const configured = process.env.N8N_USER_FOLDER;
	process.env.N8N_USER_FOLDER = folder;
	try {
		container.get(core.InstanceSettings);
	} finally {
		if (configured === undefined) delete process.env.N8N_USER_FOLDER;
		else process.env.N8N_USER_FOLDER = configured;
		rmSync(folder, { recursive: true, force: true });
	}
}
