// A corpus that is a folder on disk.
#include <sys/stat.h>

#include <system_error>

#include "amt/base/strings.hpp"
#include "file_tree.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class FolderTree : public FileTree {
 public:
  explicit FolderTree(const fs::path& root) : root_(root) {}

  TreeEntry look(const std::string& path) override {
    using Kind = TreeEntry::Kind;
    TreeEntry entry;
    struct stat info = {};
    if (::stat((root_ / path).c_str(), &info) != 0) return entry;
    entry.kind = S_ISDIR(info.st_mode)   ? Kind::kFolder
                 : S_ISREG(info.st_mode) ? Kind::kFile
                                         : Kind::kOther;
    entry.identity = {info.st_dev, info.st_ino};
    entry.bytes = static_cast<std::uint64_t>(info.st_size);
    return entry;
  }

  std::vector<std::string> names(const std::string& folder, std::string& failure) override {
    std::vector<std::string> names;
    std::error_code failed;
    fs::directory_iterator entries(root_ / folder, failed);
    for (const fs::directory_iterator end; !failed && entries != end; entries.increment(failed)) {
      names.push_back(entries->path().filename().string());
    }
    if (failed) failure = "cannot be listed: " + failed.message();
    return names;
  }

 private:
  fs::path root_;
};

}  // namespace

Listing list_folder(const fs::path& root) {
  FolderTree tree(root);
  return walk(tree, "the corpus " + root.string());
}

}  // namespace amt
