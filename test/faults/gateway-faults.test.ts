import { testFaults } from './testFaults.mts';

testFaults('gateway');
