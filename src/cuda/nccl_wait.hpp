// Waiting for NCCL with a time limit, in case communication fails.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace amt::cuda {

/// Calls `done` until it returns true, for at most `seconds`; returns false if it never did. Calls
/// `done` once more after the time limit, so that a process that was suspended still notices
/// finished work. Spins for the first milliseconds, because submitting work to a device takes less.
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
