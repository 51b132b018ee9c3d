#include "archive_tree.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace amt {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFF;  // no node
// Linux's limits: 40 links on the way to a file (more count as a loop), PATH_MAX without its zero
// byte, NAME_MAX.
constexpr std::uint32_t kMaxLinks = 40;
constexpr std::size_t kLongestPath = 4095, kLongestName = 255;

/// Removes the next name from the path and returns it, skipping empty names and "."; "" after the
/// last.
std::string_view take_name(std::string_view& path) {
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    if (!name.empty() && name != ".") return name;
  }
  return "";
}

std::vector<std::string> components(std::string_view path) {
  std::vector<std::string> names;
  for (auto name = take_name(path); !name.empty(); name = take_name(path)) names.emplace_back(name);
  return names;
}

/// Explains why a file cannot have this name; "" if it can.
std::string fault_of(const std::string& path, const std::vector<std::string>& names) {
  if (path.size() > kLongestPath) return "its name is longer than a file system allows";
  for (const std::string& name : names) {
    if (name == "..") return "its name points out of the archive";
    if (name.size() > kLongestName) return "its name is longer than a file system allows";
  }
  return "";
}

std::uint32_t last_of(const auto& list) { return static_cast<std::uint32_t>(list.size() - 1); }

}  // namespace

ArchiveTree::ArchiveTree() { new_folder(0); }

std::uint32_t ArchiveTree::new_node(Node node) {
  nodes_.push_back(node);
  return last_of(nodes_);
}

std::uint32_t ArchiveTree::new_folder(std::uint32_t parent) {
  folders_.push_back({parent, {}});
  return new_node({Node::Kind::kFolder, last_of(folders_), 0, 0});
}

std::uint32_t ArchiveTree::new_text(const std::string& text) {
  if (text.empty()) return 0;
  texts_.push_back(text);
  return last_of(texts_);
}

void ArchiveTree::add(const Member& member, const std::string& md5) {
  std::vector<std::string> names = components(member.path);
  if (names.empty()) return;  // the root itself
  const std::string fault = fault_of(member.path, names);
  if (!fault.empty()) return leave_out(member, fault);
  const std::string last = std::move(names.back());
  names.pop_back();
  std::uint32_t folder = 0;
  for (const std::string& name : names) {
    folder = child_folder(folder, name);
    if (folder == kNone) return leave_out(member, "it is below a file or a link");
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
  left_out_.push_back({member.kind, {shortened(member.path), why}});
}

std::uint32_t ArchiveTree::child_folder(std::uint32_t folder, const std::string& name) {
  const auto& children = folder_of(folder).children;
  const auto found = children.find(name);
  if (found != children.end()) return is_folder(found->second) ? found->second : kNone;
  const std::uint32_t made = new_folder(folder);  // some archives do not list their folders
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
      if (!member.link.empty() && member.link.size() <= kLongestPath) {
        return new_node({Node::Kind::kLink, new_text(member.link), 0, 0});
      }
      leave_out(member, member.link.empty() ? "it is a link without a target"
                                            : "its target is longer than a file system allows");
      return kNone;
    case Member::Kind::kHardLink:
      return hard_link(member);
    case Member::Kind::kOther:
      break;
  }
  return new_node({});
}

std::uint32_t ArchiveTree::hard_link(const Member& member) {
  const std::uint32_t target = member_at(member.link);
  if (target == kNone || is_folder(target)) {
    leave_out(member,
              fmt::format("it is a link to {}, which does not precede it", shortened(member.link)));
    return kNone;
  }
  // The new name of a linked symbolic link is relative to its own folder.
  const Node node = nodes_[target];
  return node.kind == Node::Kind::kLink ? new_node(node) : target;
}

std::uint32_t ArchiveTree::neighbour(std::uint32_t folder, std::string_view name) {
  if (!is_folder(folder)) return kNone;
  const Folder& inside = folder_of(folder);
  if (name == "..") return folder == 0 ? kNone : inside.parent;
  const auto found = inside.children.find(name);
  return found == inside.children.end() ? kNone : found->second;
}

std::uint32_t ArchiveTree::member_at(std::string_view path) {
  std::uint32_t at = 0;
  if (path.size() > kLongestPath) return kNone;
  for (auto name = take_name(path); !name.empty() && at != kNone; name = take_name(path)) {
    at = neighbour(at, name);
  }
  return at;
}

bool ArchiveTree::advance(std::vector<Journey>& journeys) {
  Journey& journey = journeys.back();
  while (journey.at.node != kNone) {
    const std::string_view before = journey.left;
    const std::string_view name = take_name(journey.left);
    if (name.empty()) return true;
    const std::uint32_t next = neighbour(journey.at.node, name);
    if (next == kNone || nodes_[next].kind != Node::Kind::kLink) {
      journey.at.node = next;
      continue;
    }
    // While a link is being resolved, its end is unset, so a link that leads back to itself is a
    // loop.
    const auto [end, unknown] = ends_.try_emplace(next, Place{kNone, 0});
    const std::string_view target = texts_[nodes_[next].detail];
    if (unknown && !target.starts_with('/')) {
      journey.left = before;
      journeys.push_back({next, {journey.at.node, 0}, target});
      return false;
    }
    journey.at = {end->second.node, journey.at.links + end->second.links + 1};
    if (journey.at.links > kMaxLinks) journey.at.node = kNone;
  }
  return true;
}

ArchiveTree::Place ArchiveTree::resolve_from(Place start, std::string_view path) {
  std::vector<Journey> journeys = {{kNone, start, path}};  // no recursion: there may be many links
  for (;;) {
    if (!advance(journeys)) continue;
    const Journey done = journeys.back();
    journeys.pop_back();
    if (journeys.empty()) return done.at;
    ends_[done.link] = done.at;
  }
}

ArchiveTree::Place ArchiveTree::resolve(const std::string& path) {
  if (path.size() > kLongestPath) return {kNone, 0};
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
  if (folder != last_folder_) {
    last_place_ = resolve_from({}, folder);
    last_folder_ = folder;
  }
  return resolve_from(last_place_, std::string_view(path).substr(slash + 1));
}

TreeEntry ArchiveTree::look(const std::string& path) {
  TreeEntry entry;
  const std::uint32_t found = resolve(path).node;
  entry.why = found == kNone ? kDangling : kNoFile;
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

std::vector<std::string> ArchiveTree::names(const std::string& folder, std::string&) {
  std::vector<std::string> names;
  const std::uint32_t node = resolve(folder).node;
  for (const auto& [name, child] : folder_of(node).children) names.push_back(name);
  return names;
}

}  // namespace amt
