import { testFaults } from './testFaults.mts';

testFaults('v1', true);
