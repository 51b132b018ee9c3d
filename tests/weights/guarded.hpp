// Runs untrusted work in a separate process, which the kernel kills if it starts a program or
// thread, opens a file for writing, uses a socket, or makes any other system call not needed to
// read files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace amt::test {

/// Returns whether the kernel enforces this. It does on Linux on x86-64, except in builds with a
/// sanitizer, which makes other calls itself.
bool has_guard();

struct Guarded {
  std::string failure;           ///< "" if the work completed
  std::uint64_t peak_bytes = 0;  ///< peak resident size of the whole process
};

/// Runs `work`, which may read files, write to files that are already open, and use `more_bytes`
/// more memory (with a sanitizer, any amount). An exception is reported as a failure. Local.
Guarded run_guarded(std::uint64_t more_bytes, const std::function<void()>& work);

}  // namespace amt::test
