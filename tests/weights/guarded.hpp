// Work that is trusted with nothing: in a process of its own, which the kernel kills when it starts
// a program or a thread, opens a file to write, a socket or anything that is not for reading files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace amt::test {

/// Whether the kernel guards it: on Linux, on x86-64, without a sanitizer, whose own work is of all
/// kinds.
bool has_guard();

struct Guarded {
  std::string failure;           ///< "" if the work came to its end
  std::uint64_t peak_bytes = 0;  ///< resident, of the whole process
};

/// The work may read files, write to those that are open already, and take `more_bytes` of memory
/// (with a sanitizer any amount). What it throws is the failure. Local.
Guarded run_guarded(std::uint64_t more_bytes, const std::function<void()>& work);

}  // namespace amt::test
