// Builds the folder tree that unpacking an archive would create, without unpacking it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "archive_members.hpp"
#include "file_tree.hpp"

namespace amt {

struct LeftOut {
  Member::Kind kind;
  Rejection member;
};

/// Members are added in the archive's order; as on disk, a later one replaces an earlier one of the
/// same name. Leading "/" and "." are dropped from names, as tar does. Links refer to other
/// members; those that point outside the archive are ignored. Names and targets have Linux's length
/// limits. Each link is resolved only once, so that the time is linear in the archive's size.
class ArchiveTree : public FileTree {
 public:
  ArchiveTree();

  /// Adds a member, with its MD5 if known. Must not be called after the first look().
  void add(const Member& member, const std::string& md5);

  /// Returns the members that cannot be unpacked. Long names are shortened.
  const std::vector<LeftOut>& left_out() const { return left_out_; }

  TreeEntry look(const std::string& path) override;
  std::vector<std::string> names(const std::string& folder, std::string& failure) override;

 private:
  // There may be millions of nodes, so data that only some of them need is stored in the vectors
  // below.
  struct Node {
    enum class Kind : std::uint8_t { kFolder, kFile, kLink, kOther };
    Kind kind = Kind::kOther;
    std::uint32_t detail = 0;  // index in folders_, or in texts_: a link's target, a file's MD5
    std::uint64_t bytes = 0, offset = 0;
  };
  struct Folder {
    std::uint32_t parent = 0;  // a node; the root is its own parent
    std::map<std::string, std::uint32_t, std::less<>> children;
  };

  struct Place {
    std::uint32_t node = 0;   // kNone: nowhere
    std::uint32_t links = 0;  // links followed on the way
  };
  /// An unfinished attempt to resolve a link or the requested path.
  struct Journey {
    std::uint32_t link;     // node; kNone for the requested path
    Place at;               // reached so far
    std::string_view left;  // the rest of the path
  };

  std::uint32_t new_node(Node node);
  std::uint32_t new_folder(std::uint32_t parent);
  std::uint32_t new_text(const std::string& text);
  void leave_out(const Member& member, const std::string& why);
  /// Returns the subfolder of this name, created if necessary; kNone if something else has the
  /// name.
  std::uint32_t child_folder(std::uint32_t folder, const std::string& name);
  std::uint32_t node_of(const Member& member, const std::string& md5, std::uint32_t folder);
  std::uint32_t hard_link(const Member& member);
  bool is_folder(std::uint32_t node) const { return nodes_[node].kind == Node::Kind::kFolder; }
  Folder& folder_of(std::uint32_t node) { return folders_[nodes_[node].detail]; }
  /// Returns the entry of a folder with this name; ".." gives its parent. Returns kNone if there is
  /// none, or if `folder` is not a folder.
  std::uint32_t neighbour(std::uint32_t folder, std::string_view name);
  /// Returns the member of this name, without following links.
  std::uint32_t member_at(std::string_view path);

  /// Resolves a path, following links on the way and at its end.
  Place resolve(const std::string& path);
  Place resolve_from(Place start, std::string_view path);
  /// Returns true when the journey has ended, even if it leads nowhere. Returns false if a link
  /// must be resolved first: that journey has been appended to `journeys`.
  bool advance(std::vector<Journey>& journeys);

  std::vector<Node> nodes_;  // [0] is the root, whose detail is folders_[0]
  std::vector<Folder> folders_;
  std::vector<std::string> texts_ = {""};
  std::vector<LeftOut> left_out_;
  std::unordered_map<std::uint32_t, Place> ends_;  // where links lead; kNone while being resolved
  std::string last_folder_;  // cached, because its files are usually looked up in a row
  Place last_place_;
};

}  // namespace amt
