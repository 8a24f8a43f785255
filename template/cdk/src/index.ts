export * from './flink-handlers';
export * from './flink-handlers-props';
