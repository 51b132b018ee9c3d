// The tree of folders that unpacking an archive would make, without unpacking it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "file_tree.hpp"
#include "tar_members.hpp"

namespace amt {

/// Members are added in the order of the archive; as on disk, later ones replace earlier ones of
/// the same name. Leading "/" and "." are dropped from names, as tar does. Links lead to other
/// members; those that would leave the archive lead nowhere.
class ArchiveTree : public FileTree {
 public:
  ArchiveTree();

  /// `md5` if it is known. Members that cannot be unpacked are left out and said in problems().
  void add(const Member& member, const std::string& md5);
  const std::vector<std::string>& problems() const { return problems_; }

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

  std::uint32_t new_node(Node node);
  std::uint32_t new_folder(std::uint32_t parent);
  std::uint32_t new_text(const std::string& text);
  void leave_out(const Member& member, const std::string& why);
  /// The folder of this name in a folder, made if need be; kNone if something else has the name.
  std::uint32_t child_folder(std::uint32_t folder, const std::string& name);
  std::uint32_t node_of(const Member& member, const std::string& md5, std::uint32_t folder);
  bool is_folder(std::uint32_t node) const { return nodes_[node].kind == Node::Kind::kFolder; }
  Folder& folder_of(std::uint32_t node) { return folders_[nodes_[node].detail]; }
  /// The node that a path leads to, links on the way and at its end followed; kNone if there is
  /// none.
  std::uint32_t resolve(std::string_view path);

  std::vector<Node> nodes_;  // [0] is the root, whose detail is folders_[0]
  std::vector<Folder> folders_;
  std::vector<std::string> texts_ = {""};
  std::vector<std::string> problems_;
};

}  // namespace amt
