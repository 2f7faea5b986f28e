/** Who owns the repository stands in package.json; a fork that changes it learns here what else speaks of it. */
import { filesWithAddresses, matches, read } from './documents.mts';

interface Manifest {
	name: string;
	homepage: string;
	repository: { url: string };
	bugs: { url: string };
}

const { name, homepage, repository, bugs } = JSON.parse(read('package.json')) as Manifest;

it('is named alike in package.json', () => {
	expect(repository.url).toBe(`git+${homepage}.git`);
	expect(bugs.url).toBe(`${homepage}/issues`);
});

it.each(filesWithAddresses())('%s speaks of no other', (path) => {
	const addresses = matches(read(path), /(https:\/\/github\.com\/[\w.-]+\/[\w-]+)/g);
	const own = addresses.filter((address) => address.endsWith(`/${name}`));
	expect(own.filter((address) => address !== homepage)).toEqual([]);
});
