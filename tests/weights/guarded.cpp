#include "guarded.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define AMT_SANITIZED 1
#endif
#if defined(__linux__) && defined(__x86_64__) && !defined(AMT_SANITIZED)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#define AMT_HAS_GUARD 1
#endif

namespace amt::test {
namespace {

#ifdef AMT_HAS_GUARD
constexpr std::uint32_t kWriting = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

// The allowed system calls: for reading files, allocating memory, and ending the process.
constexpr std::array kAllowed = {
    SYS_read,          SYS_pread64,   SYS_lseek,    SYS_fstat,    SYS_newfstatat, SYS_stat,
    SYS_lstat,         SYS_statx,     SYS_access,   SYS_readlink, SYS_getdents64, SYS_getcwd,
    SYS_close,         SYS_munmap,    SYS_mremap,   SYS_madvise,  SYS_brk,        SYS_futex,
    SYS_getrandom,     SYS_write,     SYS_pwrite64, SYS_getpid,   SYS_gettid,     SYS_clock_gettime,
    SYS_sched_yield,   SYS_getrusage, SYS_fcntl,    SYS_exit,     SYS_exit_group, SYS_fadvise64,
    SYS_rt_sigprocmask};

sock_filter load(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

/// Returns the offset of the lower half of an argument, which contains flags and protection bits.
std::size_t argument(int n) { return offsetof(seccomp_data, args) + 8 * n; }

void guard() {
  constexpr std::uint32_t kAllow = SECCOMP_RET_ALLOW, kKill = SECCOMP_RET_KILL_PROCESS;
  std::vector<sock_filter> rules = {load(offsetof(seccomp_data, arch)),
                                    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
                                    BPF_STMT(BPF_RET | BPF_K, kKill),
                                    load(offsetof(seccomp_data, nr))};
  const auto allow_unless = [&](std::uint32_t call, int number, std::uint32_t bits) {
    rules.insert(rules.end(),
                 {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4), load(argument(number)),
                  BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0),
                  BPF_STMT(BPF_RET | BPF_K, kAllow), BPF_STMT(BPF_RET | BPF_K, kKill)});
  };
  allow_unless(SYS_openat, 2, kWriting);
  allow_unless(SYS_open, 1, kWriting);
  allow_unless(SYS_mmap, 2, PROT_EXEC);
  for (const auto call : kAllowed) {
    rules.insert(rules.end(),
                 {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1),
                  BPF_STMT(BPF_RET | BPF_K, kAllow)});
  }
  rules.push_back(BPF_STMT(BPF_RET | BPF_K, kKill));
  const sock_fprog program = {static_cast<unsigned short>(rules.size()), rules.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    throw std::runtime_error(fmt::format("cannot install the guard: {}", std::strerror(errno)));
  }
}
#else
void guard() {}
#endif

void limit_memory(std::uint64_t more_bytes) {
#ifndef AMT_SANITIZED
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t bytes = pages * ::sysconf(_SC_PAGESIZE) + more_bytes;
  const rlimit limit = {bytes, bytes};
  ::setrlimit(RLIMIT_AS, &limit);
#endif
}

/// Runs in the child, and writes the failure message, if any, to `out`.
[[noreturn]] void run_child(int out, std::uint64_t more_bytes, const std::function<void()>& work) {
  std::string said;
  try {
    limit_memory(more_bytes);
    guard();
    work();
  } catch (const std::exception& error) {
    said = error.what();
  }
  const bool written = ::write(out, said.data(), said.size()) == std::ssize(said);
  ::_exit(written && said.empty() ? 0 : 1);
}

std::string read_all(int in) {
  std::string text;
  std::array<char, 4096> block;
  for (ssize_t got; (got = ::read(in, block.data(), block.size())) > 0;) {
    text.append(block.data(), got);
  }
  return text;
}

}  // namespace

bool has_guard() {
#ifdef AMT_HAS_GUARD
  return true;
#else
  return false;
#endif
}

Guarded run_guarded(std::uint64_t more_bytes, const std::function<void()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) return {"cannot create a pipe"};
  const pid_t child = ::fork();
  if (child == 0) run_child(ends[1], more_bytes, work);
  ::close(ends[1]);
  Guarded result{read_all(ends[0])};
  ::close(ends[0]);
  int status = 0;
  rusage used = {};
  if (child < 0 || ::wait4(child, &status, 0, &used) != child) return {"cannot run a process"};
  result.peak_bytes = static_cast<std::uint64_t>(used.ru_maxrss) << 10;
  if (WIFSIGNALED(status)) result.failure += fmt::format("killed by signal {}", WTERMSIG(status));
  if (status != 0 && result.failure.empty()) result.failure = "the process ended early";
  return result;
}

}  // namespace amt::test
