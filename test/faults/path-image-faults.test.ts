import { testFaults } from './testFaults.mts';

testFaults('path', true);
