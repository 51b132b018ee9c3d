// Runs untrusted work in a separate process, which the kernel kills if it starts a program or a
// thread, opens a file for writing, or uses a socket or any call that is not for reading files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace amt::test {

/// Returns whether the kernel enforces this: on Linux on x86-64, without a sanitizer, which makes
/// other calls itself.
bool has_guard();

struct Guarded {
  std::string failure;           ///< "" if the work came to its end
  std::uint64_t peak_bytes = 0;  ///< resident, of the whole process
};

/// The work may read files, write to files that are already open, and use `more_bytes` of memory
/// (with a sanitizer any amount). An exception is reported as the failure. Local.
Guarded run_guarded(std::uint64_t more_bytes, const std::function<void()>& work);

}  // namespace amt::test
