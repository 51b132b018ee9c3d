// A corpus that is a folder on disk.
#include <fmt/core.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <system_error>

#include "file_tree.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

/// File systems that the kernel generates: reading a file there may block, never end, or have side
/// effects.
constexpr std::array<long, 8> kKernelFileSystems = {
    PROC_SUPER_MAGIC,   SYSFS_MAGIC,         DEBUGFS_MAGIC,    TRACEFS_MAGIC,
    CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, SECURITYFS_MAGIC, DEVPTS_SUPER_MAGIC};
constexpr const char* kKernels = "in a kernel file system such as /proc, not on a disk";

std::string words_of(int error) { return std::generic_category().message(error); }

/// Returns why stat(2) failed.
std::string why_missing(const fs::path& path, int error) {
  if (error != ENOENT && error != ENOTDIR && error != ELOOP && error != ENAMETOOLONG) {
    return fmt::format("cannot be reached ({})", words_of(error));
  }
  struct stat link = {};
  const bool is_link = ::lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode);
  return is_link ? kDangling : "vanished while the corpus was listed";
}

class FolderTree : public FileTree {
 public:
  explicit FolderTree(const fs::path& root) : root_(root) {}

  TreeEntry look(const std::string& path) override {
    using Kind = TreeEntry::Kind;
    TreeEntry entry;
    const fs::path full = root_ / path;
    struct stat info = {};
    if (::stat(full.c_str(), &info) != 0) {
      entry.why = why_missing(full, errno);
      return entry;
    }
    const bool kernels = is_kernels(full, info.st_dev);
    entry.kind = S_ISDIR(info.st_mode)               ? Kind::kFolder
                 : S_ISREG(info.st_mode) && !kernels ? Kind::kFile
                                                     : Kind::kOther;
    entry.identity = {info.st_dev, info.st_ino};
    entry.bytes = info.st_size;
    entry.why = kernels ? kKernels : kNoFile;
    return entry;
  }

  std::vector<std::string> names(const std::string& folder, std::string& failure) override {
    std::vector<std::string> names;
    struct stat info = {};
    if (::stat((root_ / folder).c_str(), &info) == 0 && is_kernels(root_ / folder, info.st_dev)) {
      failure = kKernels;
      return names;
    }
    std::error_code failed;
    fs::directory_iterator entries(root_ / folder, failed);
    for (const fs::directory_iterator end; !failed && entries != end; entries.increment(failed)) {
      names.push_back(entries->path().filename().string());
    }
    if (failed)
      failure = fmt::format("a folder that cannot be listed ({})", words_of(failed.value()));
    return names;
  }

 private:
  bool is_kernels(const fs::path& path, dev_t device) {
    const auto [known, fresh] = kernels_.try_emplace(device, false);
    struct statfs info = {};
    if (fresh && ::statfs(path.c_str(), &info) == 0) {
      const long type = info.f_type;
      known->second = std::ranges::find(kKernelFileSystems, type) != kKernelFileSystems.end();
    }
    return known->second;
  }

  fs::path root_;
  std::map<dev_t, bool> kernels_;  // for the devices seen so far
};

}  // namespace

Listing list_folder(const fs::path& root, const Extensions& extensions) {
  FolderTree tree(root);
  return walk(tree, extensions, "the corpus " + root.string());
}

}  // namespace amt
