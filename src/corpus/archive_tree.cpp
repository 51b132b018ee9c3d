#include "archive_tree.hpp"

#include <algorithm>
#include <ranges>

#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFF;  // no node
constexpr int kMaxLinks = 40;                // on the way to one file, as in Linux: more are a loop

/// The names between the slashes, without empty ones and ".".
std::vector<std::string> components(std::string_view path) {
  std::vector<std::string> names;
  for (const auto part : std::views::split(path, '/')) {
    std::string name(part.begin(), part.end());
    if (!name.empty() && name != ".") names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

ArchiveTree::ArchiveTree() { new_folder(0); }

std::uint32_t ArchiveTree::new_node(Node node) {
  nodes_.push_back(node);
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

std::uint32_t ArchiveTree::new_folder(std::uint32_t parent) {
  folders_.push_back({parent, {}});
  return new_node({Node::Kind::kFolder, static_cast<std::uint32_t>(folders_.size() - 1), 0, 0});
}

std::uint32_t ArchiveTree::new_text(const std::string& text) {
  if (text.empty()) return 0;
  texts_.push_back(text);
  return static_cast<std::uint32_t>(texts_.size() - 1);
}

void ArchiveTree::add(const Member& member, const std::string& md5) {
  std::vector<std::string> names = components(member.path);
  if (names.empty()) return;  // the root itself
  if (std::ranges::find(names, "..") != names.end()) {
    return leave_out(member, "its name leads out of the archive");
  }
  const std::string last = std::move(names.back());
  names.pop_back();
  std::uint32_t folder = 0;
  for (const std::string& name : names) {
    folder = child_folder(folder, name);
    if (folder == kNone) return leave_out(member, "it lies below a file or a link");
  }
  const auto& children = folder_of(folder).children;
  const auto old = children.find(last);
  if (old != children.end() && is_folder(old->second)) {
    if (member.kind != Member::Kind::kFolder) leave_out(member, "a folder has the same name");
    return;
  }
  const std::uint32_t node = node_of(member, md5, folder);
  if (node != kNone) folder_of(folder).children[last] = node;
}

void ArchiveTree::leave_out(const Member& member, const std::string& why) {
  problems_.push_back(str_cat(member.path, " is left out: ", why));
}

std::uint32_t ArchiveTree::child_folder(std::uint32_t folder, const std::string& name) {
  const auto& children = folder_of(folder).children;
  const auto found = children.find(name);
  if (found != children.end()) return is_folder(found->second) ? found->second : kNone;
  const std::uint32_t made = new_folder(folder);  // some archives do not name their folders
  folder_of(folder).children.emplace(name, made);
  return made;
}

std::uint32_t ArchiveTree::node_of(const Member& member, const std::string& md5,
                                   std::uint32_t folder) {
  switch (member.kind) {
    case Member::Kind::kFolder:
      return new_folder(folder);
    case Member::Kind::kFile:
      return new_node({Node::Kind::kFile, new_text(md5), member.bytes, member.offset});
    case Member::Kind::kSymbolicLink:
      return new_node({Node::Kind::kLink, new_text(member.link), 0, 0});
    case Member::Kind::kHardLink: {
      const std::uint32_t target = resolve(member.link);
      if (target != kNone && !is_folder(target)) return target;
      leave_out(member, str_cat("it is a link to ", member.link, ", which is not before it"));
      return kNone;
    }
    case Member::Kind::kOther:
      break;
  }
  return new_node({});
}

std::uint32_t ArchiveTree::resolve(std::string_view path) {
  std::uint32_t at = 0;
  int links = 0;
  std::vector<std::string> left = components(path);  // the next one last
  std::ranges::reverse(left);
  while (!left.empty()) {
    const std::string name = std::move(left.back());
    left.pop_back();
    if (!is_folder(at)) return kNone;
    Folder& folder = folder_of(at);
    if (name == "..") {
      if (at == 0) return kNone;
      at = folder.parent;
      continue;
    }
    const auto found = folder.children.find(name);
    if (found == folder.children.end()) return kNone;
    const Node& node = nodes_[found->second];
    if (node.kind != Node::Kind::kLink) {
      at = found->second;
      continue;
    }
    const std::string& target = texts_[node.detail];
    if (++links > kMaxLinks || target.starts_with('/')) return kNone;
    std::vector<std::string> more = components(target);
    std::ranges::reverse(more);
    left.insert(left.end(), more.begin(), more.end());
  }
  return at;
}

TreeEntry ArchiveTree::look(const std::string& path) {
  TreeEntry entry;
  const std::uint32_t found = resolve(path);
  if (found == kNone) return entry;
  const Node& node = nodes_[found];
  entry.identity = {0, found};
  if (node.kind == Node::Kind::kFolder) {
    entry.kind = TreeEntry::Kind::kFolder;
  } else if (node.kind == Node::Kind::kFile) {
    entry.kind = TreeEntry::Kind::kFile;
    entry.bytes = node.bytes;
    entry.offset = node.offset;
    entry.md5 = texts_[node.detail];
  } else {
    entry.kind = TreeEntry::Kind::kOther;
  }
  return entry;
}

std::vector<std::string> ArchiveTree::names(const std::string& folder, std::string& failure) {
  std::vector<std::string> names;
  const std::uint32_t node = resolve(folder);
  if (node == kNone || !is_folder(node)) {
    failure = "cannot be listed";
    return names;
  }
  for (const auto& [name, child] : folder_of(node).children) names.push_back(name);
  return names;
}

}  // namespace amt
