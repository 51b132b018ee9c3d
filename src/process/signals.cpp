#include "amt/process/signals.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <initializer_list>
#include <thread>

namespace amt {
namespace {

constexpr std::initializer_list<int> kStopSignals = {SIGTERM, SIGINT, SIGUSR1};

std::atomic<int> requested = 0;
std::atomic<const char*> the_notice = nullptr;
static_assert(std::atomic<int>::is_always_lock_free, "signal handlers need a lock-free flag");

void on_signal(int signal) {
  if (signal == SIGINT && requested == SIGINT) {
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
    return;
  }
  if (requested.exchange(signal) != 0) return;
  const char* const notice = the_notice;
  if (notice == nullptr) return;
  const int before = errno;
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, notice, std::strlen(notice));
  errno = before;
}

void install_handlers() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;  // a signal must not make a write fail
  sigemptyset(&action.sa_mask);
  for (const int signal : kStopSignals) sigaction(signal, &action, nullptr);
}

/// Must be called before the signals are blocked. MPI's threads may not block them either and may
/// then receive them.
void start_receiver() {
  std::thread([] {
    for (;;) pause();
  }).detach();
}

void block_here() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kStopSignals) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

void install_stop_handlers() {
  static bool installed = false;
  if (installed) return;
  installed = true;
  install_handlers();
  start_receiver();
  block_here();
}

void say_when_stopped(const char* notice) { the_notice = notice; }

int stop_signal() { return requested; }

void set_stop_signal(int signal) { requested = signal; }

}  // namespace amt
