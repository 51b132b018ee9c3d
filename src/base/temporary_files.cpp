#include "amt/base/temporary_files.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include "amt/base/descriptor.hpp"
#include "amt/base/error.hpp"
#include "amt/base/file_lock.hpp"
#include "amt/base/hash.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = ".amt-", kEnd = ".tmp";
constexpr std::size_t kDigits = 16;
constexpr std::size_t kAdded = kMark.size() + kDigits + kEnd.size();
constexpr std::size_t kLongestName = 255;  // NAME_MAX

/// Returns whether the file has not been written for a day.
bool is_old(const fs::path& file) {
  return fs::last_write_time(file) < fs::file_time_type::clock::now() - std::chrono::hours(24);
}

/// Returns whether a file is regular and not locked or, on a file system without locks, old.
bool is_stale(const fs::path& file) try {
  // On NFS, an exclusive lock requires a file that is open for writing.
  const Descriptor opened(file, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
  if (!fs::is_regular_file(fs::symlink_status(file))) return false;
  const LockResult lock = try_lock(opened.get());
  return lock == LockResult::kTaken || (lock == LockResult::kNoLocks && is_old(file));
} catch (const std::runtime_error&) {
  return false;
}

}  // namespace

std::string temporary_name(std::string_view name) {
  std::random_device random;
  const std::uint64_t number = std::uint64_t{random()} << 32 | random();
  return fmt::format("{}{}{}{}", name.substr(0, kLongestName - kAdded), kMark, hex64(number), kEnd);
}

bool is_temporary_name(std::string_view name) {
  if (name.size() <= kAdded || !name.ends_with(kEnd)) return false;
  const std::string_view added = name.substr(name.size() - kAdded);
  return added.starts_with(kMark) &&
         added.substr(kMark.size(), kDigits).find_first_not_of("0123456789abcdef") ==
             std::string_view::npos;
}

void remove_stale_temporaries(const fs::path& folder) {
  std::error_code failed;
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    if (is_temporary_name(entry.path().filename().string())) found.push_back(entry.path());
  }
  for (const fs::path& file : found) {
    if (is_stale(file)) fs::remove(file, failed);
  }
}

}  // namespace amt
