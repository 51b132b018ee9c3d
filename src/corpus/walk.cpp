#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "amt/base/activity.hpp"
#include "file_tree.hpp"

namespace amt {
namespace {

class Walk {
 public:
  Walk(FileTree& tree, const Extensions& extensions, const std::string& name)
      : tree_(tree), extensions_(extensions), name_(name) {}

  Listing run() {
    // A list instead of recursion: a tree may be deeper than the stack.
    std::vector<std::string> pending = {""};
    while (!pending.empty()) {
      const std::string folder = std::move(pending.back());
      pending.pop_back();
      enter(folder, pending);
    }
    std::ranges::sort(listing_.files, {}, &CorpusFile::path);
    std::ranges::sort(listing_.rejected, {}, &Rejection::path);
    std::ranges::sort(listing_.problems);
    return std::move(listing_);
  }

 private:
  void enter(const std::string& folder, std::vector<std::string>& pending) {
    const TreeEntry entry = tree_.look(folder);
    if (entry.kind != TreeEntry::Kind::kFolder) return reject(folder, entry.why);
    // The folder was entered before: this is a link back up the tree, or another path to the same
    // files.
    if (!entered_.insert(entry.identity).second) {
      listing_.problems.push_back(folder + " was already reached by another path");
      return;
    }
    std::string failure;
    std::vector<std::string> names = tree_.names(folder, failure);
    std::ranges::sort(names);  // so that a folder is always reached by the same path
    for (const std::string& name : names) {
      if (!name.starts_with('.')) take(folder.empty() ? name : folder + '/' + name, pending);
    }
    if (!failure.empty()) reject(folder, failure);
  }

  void take(const std::string& path, std::vector<std::string>& pending) {
    note_progress();
    TreeEntry entry = tree_.look(path);
    const bool midi = extensions_.take(path);
    switch (entry.kind) {
      case TreeEntry::Kind::kFolder:
        pending.push_back(path);
        break;
      case TreeEntry::Kind::kFile:
        if (midi) {
          listing_.files.push_back({std::move(entry.md5), path, entry.bytes, entry.offset});
        } else {
          ++listing_.passed_over[extension_key(path)];
        }
        break;
      case TreeEntry::Kind::kMissing:
      case TreeEntry::Kind::kOther:
        if (midi) reject(path, entry.why);
        break;
    }
  }

  void reject(const std::string& path, const std::string& why) {
    if (path.empty()) throw CorpusError(fmt::format("cannot use {}: {}", name_, why));
    listing_.rejected.push_back({path, why});
  }

  FileTree& tree_;
  const Extensions& extensions_;
  std::string name_;
  Listing listing_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> entered_;
};

}  // namespace

Listing walk(FileTree& tree, const Extensions& extensions, const std::string& name) {
  return Walk(tree, extensions, name).run();
}

}  // namespace amt
