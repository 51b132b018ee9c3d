// A shared library without the plug-in's entry point.
extern "C" __attribute__((visibility("default"))) int amt_not_a_plugin() { return 1; }
