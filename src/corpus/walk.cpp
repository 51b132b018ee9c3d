#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <system_error>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/corpus/corpus.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

enum class Kind { kMidi, kOtherCase, kOther };

Kind kind_of(const std::string& name) {
  std::string extension = fs::path(name).extension().string();
  if (extension == ".mid" || extension == ".midi") return Kind::kMidi;
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return std::tolower(c); });
  return extension == ".mid" || extension == ".midi" ? Kind::kOtherCase : Kind::kOther;
}

class Walk {
 public:
  explicit Walk(const fs::path& root) : root_(root) {}

  Listing run() {
    // A list instead of recursion: a tree may be deeper than the stack.
    std::vector<std::string> pending = {""};
    while (!pending.empty()) {
      const std::string folder = pending.back();
      pending.pop_back();
      enter(folder, pending);
    }
    std::ranges::sort(listing_.files, {}, &FoundFile::path);
    std::ranges::sort(listing_.problems);
    return std::move(listing_);
  }

 private:
  void enter(const std::string& folder, std::vector<std::string>& pending) {
    struct stat info = {};
    std::error_code failed;
    if (::stat((root_ / folder).c_str(), &info) != 0) return problem(folder, "cannot be reached");
    // A folder that was entered before: a link back up the tree, or a second way to the same files.
    if (!entered_.insert({info.st_dev, info.st_ino}).second) {
      return problem(folder, "was reached by another way already");
    }
    fs::directory_iterator entries(root_ / folder, failed);
    if (failed) return problem(folder, "cannot be listed: " + failed.message());
    for (const fs::directory_iterator end; entries != end; entries.increment(failed)) {
      const std::string name = entries->path().filename().string();
      if (!name.starts_with('.')) take(folder.empty() ? name : folder + '/' + name, pending);
    }
    if (failed) problem(folder, "cannot be listed to its end: " + failed.message());
  }

  void take(const std::string& path, std::vector<std::string>& pending) {
    struct stat info = {};
    const Kind kind = kind_of(path);
    if (::stat((root_ / path).c_str(), &info) != 0) {
      if (kind == Kind::kMidi) problem(path, "cannot be reached");  // vanished, or a dangling link
    } else if (S_ISDIR(info.st_mode)) {
      pending.push_back(path);
    } else if (S_ISREG(info.st_mode) && kind == Kind::kMidi) {
      listing_.files.push_back({path, static_cast<std::uint64_t>(info.st_size)});
    } else if (S_ISREG(info.st_mode) && kind == Kind::kOtherCase) {
      ++listing_.other_case;
    }
  }

  void problem(const std::string& path, const std::string& what) {
    if (path.empty()) throw Error(str_cat("the corpus ", root_.string(), " ", what));
    listing_.problems.push_back(str_cat(path, " ", what));
  }

  fs::path root_;
  Listing listing_;
  std::set<std::pair<dev_t, ino_t>> entered_;
};

}  // namespace

Listing walk_folder(const fs::path& root) {
  if (!fs::exists(root)) throw Error(str_cat("there is no corpus ", root.string()));
  if (!fs::is_directory(root)) {
    throw Error(str_cat("the corpus ", root.string(),
                        " is a file; give the folder that holds the "
                        "MIDI files"));
  }
  return Walk(root).run();
}

}  // namespace amt
