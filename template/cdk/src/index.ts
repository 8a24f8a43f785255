export * from './flink-handlers';
export * from './flink-handlers-props';
export * from './flink-handlers-install';
export * from './flink-handlers-install-props';
