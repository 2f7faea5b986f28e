/** Whatever test file imports this runs in virtual time. */
import { time } from './virtualTime.mts';

beforeAll(() => time.install());
afterAll(() => time.remove());
