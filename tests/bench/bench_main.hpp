// Option parsing, a stopwatch and a main() for the CPU benchmarks.
#pragma once

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

#include "amt/base/error.hpp"
#include "amt/base/options.hpp"

namespace amt {

/// Sets the options in argv, starting at `first`: "--name value", or "--name" for a flag. Throws
/// UsageError for a name that is not in the table, or for a missing or invalid value.
inline void read_options(OptionTable& table, int argc, char** argv, int first = 1) {
  for (int i = first; i < argc; ++i) {
    const std::string word = argv[i];
    const std::string name = word.starts_with("--") ? word.substr(2) : word;
    const Option* const option = table.find(name);
    const bool is_flag = option != nullptr && option->is_flag;
    if (!is_flag && option != nullptr && ++i == argc) throw UsageError(word + " needs a value");
    table.set(name, is_flag ? "true" : argv[i]);
  }
}

double seconds_of(auto&& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Runs a benchmark; reports errors as one line on stderr with exit code 2.
int bench_main(const char* name, const auto& bench) {
  try {
    bench();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return 2;
  }
}

}  // namespace amt
