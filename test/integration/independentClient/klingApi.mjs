/**
 * One call of the npm package `kling-api`, in a process of its own because it is an ES module that
 * jest cannot load: takes `{ account, method, args }` as JSON, prints `{ result }` or `{ error }`.
 */
import { KlingAPI } from 'kling-api';

const { account, method, args } = JSON.parse(process.argv[2]);
try {
	const api = new KlingAPI(account);
	const result =
		method === 'waitForVideoResult'
			? await api.waitForVideoResult(args[0], (id) => api[args[1]](id), args[2])
			: await api[method](...args);
	console.log(JSON.stringify({ result }));
} catch ({ message, code, httpStatus }) {
	console.log(JSON.stringify({ error: { message, code, httpStatus } }));
}
