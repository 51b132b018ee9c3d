#include "amt/base/mapped_file.hpp"

#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"

namespace amt {

/// The data about a mapping that the signal handler needs. Regions are never freed, only reused:
/// the handler may walk the list at any time without a lock.
struct MappedFile::Region {
  std::atomic<std::uintptr_t> begin = 0;  // 0: unused
  std::atomic<std::size_t> size = 0;
  std::string message;  // written before `begin`, read only while `begin` is not 0
  Region* next = nullptr;
  Region* next_unused = nullptr;

  static std::atomic<Region*> all;
  static std::mutex mutex;  // guards changes to the list, and `unused`
  static Region* unused;
  static const Region* of(std::uintptr_t address);
  static Region* take(void* base, std::size_t size, const std::filesystem::path& path);
  void give_back();
};

std::atomic<MappedFile::Region*> MappedFile::Region::all = nullptr;
std::mutex MappedFile::Region::mutex;
MappedFile::Region* MappedFile::Region::unused = nullptr;

const MappedFile::Region* MappedFile::Region::of(std::uintptr_t address) {
  for (const Region* region = all; region != nullptr; region = region->next) {
    const std::uintptr_t begin = region->begin;
    if (begin != 0 && address >= begin && address - begin < region->size) return region;
  }
  return nullptr;
}

MappedFile::Region* MappedFile::Region::take(void* base, std::size_t size,
                                             const std::filesystem::path& path) {
  const std::scoped_lock lock(mutex);
  Region* region = unused;
  if (region != nullptr) {
    unused = region->next_unused;
  } else {
    region = new Region;
    region->next = all;
    all = region;
  }
  region->message = fmt::format(
      "amt: error: {} became shorter while it was read, or its disk failed; check that it is "
      "intact, then start again\n",
      printable(path.string(), 1000));
  region->size = size;
  region->begin = reinterpret_cast<std::uintptr_t>(base);
  return region;
}

void MappedFile::Region::give_back() {
  const std::scoped_lock lock(mutex);
  next_unused = std::exchange(unused, this);
}

namespace {

struct sigaction before = {};  // the SIGBUS handler before the first mapping

/// Restores the previous handler, which gets the signal when the access faults again.
void pass_on() { sigaction(SIGBUS, &before, nullptr); }

void install(void (*handler)(int, siginfo_t*, void*)) {
  [[maybe_unused]] static const bool installed = [handler] {
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &before);
    return true;
  }();
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path, std::uint64_t offset,
                       std::uint64_t bytes) {
  const std::uint64_t page = ::sysconf(_SC_PAGESIZE);
  const std::uint64_t skip = offset % page;  // mappings start at a page boundary
  const std::size_t size = bytes + skip;
  const Descriptor file = open_regular_file(path);
  void* base = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), offset - skip);
  if (base == MAP_FAILED) throw system_error("cannot map " + path.string());
  region_ = Region::take(base, size, path);
  bytes_ = {static_cast<const std::byte*>(base) + skip, bytes};
  install([](int, siginfo_t* info, void*) {
    const Region* region = Region::of(reinterpret_cast<std::uintptr_t>(info->si_addr));
    if (region == nullptr) return pass_on();
    // An exception must not leave a signal handler, and a handler must not take a lock.
    [[maybe_unused]] const ssize_t told =
        ::write(STDERR_FILENO, region->message.data(), region->message.size());
    ::_exit(static_cast<int>(ExitCode::kFailed));
  });
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : region_(std::exchange(other.region_, nullptr)), bytes_(std::exchange(other.bytes_, {})) {}

MappedFile::~MappedFile() {
  if (region_ == nullptr) return;
  void* base = reinterpret_cast<void*>(region_->begin.exchange(0));
  ::munmap(base, region_->size);
  region_->give_back();
}

}  // namespace amt
