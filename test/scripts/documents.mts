/** The repository's documents, for the tests that compare them with what they speak of. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folders that have documents in them. */
const FOLDERS = ['.', 'bench', 'docs', 'emulator', 'test'];

/** Paths of all documents. */
export const documents = FOLDERS.flatMap((folder) =>
	namesIn(folder)
		.filter((name) => name.endsWith('.md'))
		.map((name) => join(folder, name)),
);

export function read(path: string): string {
	return readFileSync(path, 'utf8');
}

export function exists(path: string): boolean {
	return existsSync(path);
}

/** The names of what is in a folder; none if there is no such folder. */
export function namesIn(folder: string): string[] {
	return existsSync(folder) ? readdirSync(folder) : [];
}

/** Paths of the TypeScript files below a folder. */
export function codeIn(folder: string): string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name))
		.map((entry) => join(entry.parentPath, entry.name));
}

/** Paths of all text files of the repository in which its own address may stand. */
export function filesWithAddresses(): string[] {
	const inFolders = ['.github', 'credentials', 'docs', 'emulator', 'nodes', 'scripts'].flatMap(
		(folder) =>
			readdirSync(folder, { recursive: true, withFileTypes: true })
				.filter((entry) => entry.isFile() && /\.(m?ts|json|md|ya?ml)$/.test(entry.name))
				.map((entry) => join(entry.parentPath, entry.name)),
	);
	return [...inFolders, ...documents, 'package.json'];
}

/** What a document means by a relative path. */
export function resolve(document: string, path: string): string {
	return join(dirname(document), path);
}

/** The first group of every match. */
export function matches(text: string, pattern: RegExp): string[] {
	return [...text.matchAll(pattern)].map(([, match]) => match!);
}

/** The titles of a document, without what only looks like one in its code blocks. */
export function titlesOf(text: string, pattern = /^#+ (.+)$/gm): string[] {
	return matches(text.replaceAll(/^```.*?^```$/gms, ''), pattern);
}

/** The anchor that GitHub gives to a title. */
export function anchorOf(title: string): string {
	return title
		.toLowerCase()
		.replaceAll(/[^\p{Letter}\p{Number} _-]/gu, '')
		.replaceAll(' ', '-');
}

/** Where a document leads to: the file, and the anchor in it if there is one. */
export function targetsOf(document: string): Array<{ file: string; anchor?: string }> {
	return matches(read(document), /\]\((?!https?:)([^)]+)\)/g).map((link) => {
		const [file, anchor] = link.split('#');
		return { file: file ? resolve(document, file) : document, anchor };
	});
}
