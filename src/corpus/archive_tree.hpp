// The tree of folders that unpacking an archive would make, without unpacking it.
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

/// Members are added in the order of the archive; as on disk, later ones replace earlier ones of
/// the same name. Leading "/" and "." are dropped from names, as tar does. Links lead to other
/// members; those out of the archive are ignored. Names and targets are limited as Linux
/// limits them, so that the time is linear in the archive's bytes: each link is resolved once.
class ArchiveTree : public FileTree {
 public:
  ArchiveTree();

  /// `md5` if it is known. Not after the first look().
  void add(const Member& member, const std::string& md5);

  /// Members that cannot be unpacked. Names that are too long are shortened.
  const std::vector<LeftOut>& left_out() const { return left_out_; }

  TreeEntry look(const std::string& path) override;
  std::vector<std::string> names(const std::string& folder, std::string& failure) override;

 private:
  // Millions of them: what only some need lies in the lists below.
  struct Node {
    enum class Kind : std::uint8_t { kFolder, kFile, kLink, kOther };
    Kind kind = Kind::kOther;
    std::uint32_t detail = 0;  // a folder's in folders_; a link's target or a file's MD5 in texts_
    std::uint64_t bytes = 0, offset = 0;
  };
  struct Folder {
    std::uint32_t parent = 0;  // node; the root's is itself
    std::map<std::string, std::uint32_t, std::less<>> children;
  };

  struct Place {
    std::uint32_t node = 0;   // kNone: nowhere
    std::uint32_t links = 0;  // followed on the way
  };
  /// The way to a link's end, or to that of the path that was asked for.
  struct Journey {
    std::uint32_t link;     // node; the path's: kNone
    Place at;               // so far
    std::string_view left;  // of the path
  };

  std::uint32_t new_node(Node node);
  std::uint32_t new_folder(std::uint32_t parent);
  std::uint32_t new_text(const std::string& text);
  void leave_out(const Member& member, const std::string& why);
  /// The folder of this name in a folder, made if need be; kNone if something else has the name.
  std::uint32_t child_folder(std::uint32_t folder, const std::string& name);
  std::uint32_t node_of(const Member& member, const std::string& md5, std::uint32_t folder);
  std::uint32_t hard_link(const Member& member);
  bool is_folder(std::uint32_t node) const { return nodes_[node].kind == Node::Kind::kFolder; }
  Folder& folder_of(std::uint32_t node) { return folders_[nodes_[node].detail]; }
  /// What a folder has under a name, its parent under ".."; kNone if nothing, or if it is not a
  /// folder.
  std::uint32_t neighbour(std::uint32_t folder, std::string_view name);
  /// The member of this name; no links are followed.
  std::uint32_t member_at(std::string_view path);

  /// Where a path leads, links on the way and at its end followed.
  Place resolve(const std::string& path);
  Place resolve_from(Place start, std::string_view path);
  /// True when the journey is at its end, which may be nowhere; false if it needs a link's end that
  /// is not known: a journey to it is then the last of `journeys`.
  bool advance(std::vector<Journey>& journeys);

  std::vector<Node> nodes_;  // [0] is the root, whose detail is folders_[0]
  std::vector<Folder> folders_;
  std::vector<std::string> texts_ = {""};
  std::vector<LeftOut> left_out_;
  std::unordered_map<std::uint32_t, Place> ends_;  // of links; nowhere while one is looked for
  std::string last_folder_;  // of the path resolved last: its neighbours are asked for in turn
  Place last_place_;
};

}  // namespace amt
