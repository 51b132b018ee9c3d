// Waits for NCCL with a time limit, in case the communication fails.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace amt::cuda {

/// Calls `done` until it returns true, for at most `seconds`; returns false if it never did. `done`
/// is called once more after the time limit, so that a process that was suspended meanwhile notices
/// work that has been finished. The first milliseconds are spent spinning, because submitting work
/// to a device takes less.
inline bool wait_until(const std::function<bool()>& done, double seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::microseconds kSpin(2000), kPause(100);
  const auto start = Clock::now();
  const auto limit = std::chrono::duration<double>(seconds);
  while (!done()) {
    const auto waited = Clock::now() - start;
    if (waited >= limit) return done();
    if (waited < kSpin) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(kPause);
    }
  }
  return true;
}

}  // namespace amt::cuda
