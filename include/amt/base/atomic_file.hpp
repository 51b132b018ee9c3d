// Output files that appear either complete or not at all.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

#include "amt/base/output_file.hpp"

namespace amt {

/// Whether a committed file survives a power failure.
enum class Durability {
  kSynced,    ///< yes: the file is synced before the rename, its folder after it
  kUnsynced,  ///< not yet; sync_file_system() later syncs many small files at once
};

/// A file that is written under a unique temporary name (temporary_files.hpp) in the same folder
/// and renamed at the end, so that a reader sees either the old file or the new one. If the path is
/// a symbolic link, the file it points to is replaced and the link is kept. A replacement gets the
/// permissions of the file it replaces. Anything that is not a regular file (a pipe, a device,
/// /dev/stdout) is written directly. Errors name the path as it was given.
class AtomicFile {
 public:
  /// Throws Error if nothing can be written there: the path is a folder, or its folder does not
  /// exist or may not be written. For a pipe, waits until it is opened at the other end.
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();  ///< removes the file if it was not committed
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // The same as in OutputFile.
  void bypass_cache() { out_->bypass_cache(); }
  void write(std::span<const std::byte> bytes) { out_->write(bytes); }
  void write(std::span<const std::byte> bytes, Xxh3& hash) { out_->write(bytes, hash); }
  void write(std::string_view text) { out_->write(text); }

  /// Gives the file its name, once everything is written. May be called only once.
  void commit(Durability durability = Durability::kSynced);

 private:
  void open_temporary();
  void rename(Durability durability);

  std::filesystem::path path_;
  std::filesystem::path target_;     // with all links resolved
  std::filesystem::path temporary_;  // empty if written directly, or already renamed
  Descriptor lock_;                  // held while the temporary file exists
  std::optional<OutputFile> out_;
};

/// Returns whether `path` leads to the file, pipe or terminal that is this process's standard
/// output.
bool is_standard_output(const std::filesystem::path& path);

/// Calls syncfs(2) for the file system that contains `folder`. Throws an Error naming the folder on
/// failure.
void sync_file_system(const std::filesystem::path& folder);

}  // namespace amt
