#include "amt/process/signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace amt {
namespace {

bool blocked_here(int signal) {
  sigset_t now;
  pthread_sigmask(SIG_BLOCK, nullptr, &now);
  return sigismember(&now, signal) == 1;
}

/// Sends a signal to this process; returns whether it was noticed within 10 s.
bool is_noticed(int signal) {
  set_stop_signal(0);
  kill(getpid(), signal);
  for (int i = 0; i < 10000 && stop_signal() != signal; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const bool noticed = stop_signal() == signal;
  set_stop_signal(0);
  return noticed;
}

TEST(Signals, AreNoticedButNotHandledOnComputeThreads) {
  install_stop_handlers();
  install_stop_handlers();
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) {
    EXPECT_TRUE(is_noticed(signal)) << signal;
    EXPECT_TRUE(blocked_here(signal)) << signal;
    bool blocked_in_new_thread = false;
    std::thread([&] { blocked_in_new_thread = blocked_here(signal); }).join();
    EXPECT_TRUE(blocked_in_new_thread) << signal;
  }
}

TEST(Signals, OnlyTheFirstSignalIsConfirmedAndAtOnce) {
  install_stop_handlers();
  say_when_stopped("stopping\n");
  testing::internal::CaptureStderr();
  kill(getpid(), SIGTERM);
  while (stop_signal() != SIGTERM) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  kill(getpid(), SIGUSR1);
  while (stop_signal() != SIGUSR1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(
      std::chrono::milliseconds(10));  // time for a wrong second line to appear
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "stopping\n");
  say_when_stopped(nullptr);
  set_stop_signal(0);
}

// A write into a pipe or a terminal must not fail because of a signal.
TEST(Signals, RestartInterruptedCalls) {
  install_stop_handlers();
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) {
    struct sigaction installed = {};
    sigaction(signal, nullptr, &installed);
    EXPECT_NE(installed.sa_flags & SA_RESTART, 0) << signal;
  }
}

void interrupt_twice() {
  install_stop_handlers();
  kill(getpid(), SIGINT);
  while (stop_signal() != SIGINT) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  kill(getpid(), SIGINT);
  std::this_thread::sleep_for(std::chrono::seconds(20));
}

TEST(SignalsDeathTest, ASecondInterruptEndsTheProcessAtOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(interrupt_twice(), testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace amt
