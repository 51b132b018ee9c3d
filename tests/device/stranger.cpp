// A library that is not a plug-in.
extern "C" __attribute__((visibility("default"))) int amt_stranger() { return 1; }
