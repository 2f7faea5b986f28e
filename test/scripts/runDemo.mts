/** Runs `scripts/demo.mts` as its users do. */
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ScriptRun } from '../../testkit/cli/runScript.mts';
import { temporaryFolder, type TemporaryFolder } from '../../testkit/temporaryFolder.mts';

export interface DemoRun {
	code: number | null;
	stdout: string;
	stderr: string;
}

/**
 * Runs the demo to its end.
 *
 * @param env its KLING_… variables; it gets none of this process's
 * @param image path of the file to make the video from
 * @param interruptAt presses Ctrl-C as soon as this is printed
 */
export async function runDemo(
	env: Record<string, string> = {},
	{
		generationSeconds = 1,
		image,
		interruptAt,
	}: { generationSeconds?: number; image?: string; interruptAt?: string } = {},
): Promise<DemoRun> {
	const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('KLING_'));
	const script = new ScriptRun(
		'scripts/demo.mts',
		[
			...['--generation-seconds', String(generationSeconds)],
			...(image === undefined ? [] : ['--image', image]),
		],
		{ ...Object.fromEntries(inherited), ...env },
	);
	if (interruptAt !== undefined) {
		await script.untilPrinted(interruptAt);
		void script.end();
	}
	const code = await script.ended;
	return { code, stdout: script.stdout, stderr: script.stderr };
}

/** Builds the package unless dist/ is there and newer than everything it is made from. */
export async function buildIfStale(): Promise<void> {
	const sources = ['nodes', 'credentials', 'gulpfile.js', 'package.json', 'tsconfig.json'];
	const [made, ...changed] = await Promise.all(
		['dist/credentials/KlingApi.credentials.js', ...sources].map(newest),
	);
	if ((made as number) > Math.max(...changed)) return;
	await promisify(execFile)(process.execPath, [
		join('node_modules', 'gulp', 'bin', 'gulp.js'),
		'build',
	]);
}

/** When a file, or something in a folder, was changed last; 0 if it does not exist. */
async function newest(path: string): Promise<number> {
	const stats = await stat(path).catch(() => undefined);
	if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0;
	const times = (await readdir(path)).map(async (name) => await newest(join(path, name)));
	return Math.max(stats.mtimeMs, ...(await Promise.all(times)));
}

/** The video that a demo says it has left, taken out of its folder. */
export async function takeVideo(stdout: string): Promise<Buffer> {
	const [path = ''] = /demo-output\/.+\.mp4/.exec(stdout) ?? [];
	const content = await readFile(path);
	await rm(path);
	return content;
}

/** An image in a folder that is there for this test only. */
export async function saveImage(content: Buffer): Promise<TemporaryFolder & { image: string }> {
	const folder = await temporaryFolder('demo');
	const image = join(folder.path, 'photo.png');
	await writeFile(image, content);
	return { ...folder, image };
}
