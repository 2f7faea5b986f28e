import { testVirtualTime } from './testVirtualTime.mts';

testVirtualTime();
