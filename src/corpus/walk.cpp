#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

#include "amt/base/activity.hpp"
#include "amt/base/strings.hpp"
#include "file_tree.hpp"

namespace amt {
namespace {

std::string extension_of(const std::string& name) {
  return std::filesystem::path(name).extension().string();
}

bool is_midi_in_capitals(const std::string& name) {
  std::string extension = extension_of(name);
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return std::tolower(c); });
  return !is_midi_name(name) && is_midi_name("x" + extension);
}

class Walk {
 public:
  Walk(FileTree& tree, const std::string& name) : tree_(tree), name_(name) {}

  Listing run() {
    // A list instead of recursion: a tree may be deeper than the stack.
    std::vector<std::string> pending = {""};
    while (!pending.empty()) {
      const std::string folder = std::move(pending.back());
      pending.pop_back();
      enter(folder, pending);
    }
    std::ranges::sort(listing_.files, {}, &CorpusFile::path);
    std::ranges::sort(listing_.problems);
    return std::move(listing_);
  }

 private:
  void enter(const std::string& folder, std::vector<std::string>& pending) {
    const TreeEntry entry = tree_.look(folder);
    if (entry.kind != TreeEntry::Kind::kFolder) return problem(folder, "cannot be reached");
    // A folder that was entered before: a link back up the tree, or a second way to the same files.
    if (!entered_.insert(entry.identity).second) {
      return problem(folder, "was reached by another way already");
    }
    std::string failure;
    std::vector<std::string> names = tree_.names(folder, failure);
    std::ranges::sort(names);  // so that the way by which a folder is reached does not vary
    for (const std::string& name : names) {
      if (!name.starts_with('.')) take(folder.empty() ? name : folder + '/' + name, pending);
    }
    if (!failure.empty()) problem(folder, failure);
  }

  void take(const std::string& path, std::vector<std::string>& pending) {
    note_progress();
    TreeEntry entry = tree_.look(path);
    switch (entry.kind) {
      case TreeEntry::Kind::kMissing:  // vanished, or a dangling link
        if (is_midi_name(path)) problem(path, "cannot be reached");
        break;
      case TreeEntry::Kind::kFolder:
        pending.push_back(path);
        break;
      case TreeEntry::Kind::kFile:
        if (is_midi_name(path)) {
          listing_.files.push_back({std::move(entry.md5), path, entry.bytes, entry.offset});
        } else {
          listing_.other_case += is_midi_in_capitals(path);
        }
        break;
      case TreeEntry::Kind::kOther:
        break;
    }
  }

  void problem(const std::string& path, const std::string& what) {
    if (path.empty()) throw CorpusError(str_cat(name_, " ", what));
    listing_.problems.push_back(str_cat(path, " ", what));
  }

  FileTree& tree_;
  std::string name_;
  Listing listing_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> entered_;
};

}  // namespace

bool is_midi_name(const std::string& name) {
  const std::string extension = extension_of(name);
  return extension == ".mid" || extension == ".midi";
}

Listing walk(FileTree& tree, const std::string& name) { return Walk(tree, name).run(); }

}  // namespace amt
