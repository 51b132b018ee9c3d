#include "amt/process/run_apart.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "amt/base/descriptor.hpp"
#include "amt/base/error.hpp"
#include "amt/base/files.hpp"

namespace amt {
namespace {

/// Suppresses core files, handlers and messages of the C library, because a crash is expected.
void end_quietly(std::chrono::seconds limit) {
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  for (const int signal : {SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL, SIGSEGV}) {
    ::signal(signal, SIG_DFL);
  }
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
  ::alarm(static_cast<unsigned>(limit.count()));
}

[[noreturn]] void run_in_child(const std::function<std::string()>& work, std::chrono::seconds limit,
                               int out) {
  end_quietly(limit);
  try {
    const std::string text = work();
    write_all(out, std::as_bytes(std::span(text)), "a pipe");
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

std::string read_to_end(int fd) {
  std::string text;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(piece.data(), n);
  }
}

}  // namespace

std::optional<std::string> run_apart(const std::function<std::string()>& work,
                                     std::chrono::seconds limit) {
  std::array<int, 2> ends;
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error("cannot create a pipe");
  const Descriptor in(ends[0]);
  Descriptor out(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) throw system_error("cannot start a process");
  if (child == 0) run_in_child(work, limit, out.get());
  out = {};
  std::string text = read_to_end(in.get());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return text;
}

}  // namespace amt
