// Outputs that appear whole or not at all.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

#include "amt/base/output_file.hpp"

namespace amt {

/// What of a commit survives a power cut.
enum class Durability {
  kSynced,    ///< all: the file is synced before it gets its name, its folder after
  kUnsynced,  ///< nothing yet: many small files are synced together, by sync_file_system()
};

/// What is to become the file of a given name. It is written beside its place under a name that
/// nobody else has (temporary_files.hpp) and renamed at the end: a reader sees the old file or the
/// new one. Behind a symbolic link the file that it leads to is replaced, and the link stays. What
/// replaces a file takes over its permissions. What is not a file (a pipe, a device, /dev/stdout)
/// is written straight. Errors name the path that was given.
class AtomicFile {
 public:
  /// Error if nothing can be written there: a folder, no such folder, no permission. Waits for the
  /// other end of a pipe.
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();  ///< removes what was not committed
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes) { out_->write(bytes); }
  void write(std::string_view text) { out_->write(text); }

  /// All is written: it gets its name. Once.
  void commit(Durability durability = Durability::kSynced);

 private:
  void open_temporary();
  void rename(Durability durability);

  std::filesystem::path path_;
  std::filesystem::path target_;     // behind all links
  std::filesystem::path temporary_;  // empty: written straight, or renamed
  Descriptor lock_;                  // held as long as the temporary is there
  std::optional<OutputFile> out_;
};

/// Whether `path` leads to where this process's standard output goes.
bool is_standard_output(const std::filesystem::path& path);

/// syncfs(2) of the file system that `folder` lies on. Error naming it on failure.
void sync_file_system(const std::filesystem::path& folder);

}  // namespace amt
