// Lists a corpus that is an archive.
#include <fmt/core.h>

#include <algorithm>

#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"
#include "amt/process/progress.hpp"
#include "archive_tree.hpp"

namespace amt {
namespace {

/// Returns the MD5 of the current member; "" if it is not computed here. Members that can be read
/// without unpacking those before them are hashed later, by all ranks together.
std::string hash_in_passing(const Source& source, const Member& member,
                            const Extensions& extensions, ArchiveMembers& members) {
  if (source.kind != SourceKind::kPackedTar || member.kind != Member::Kind::kFile ||
      !extensions.take(member.path) || member.bytes > kLargestFile ||
      !md5_from_name(member.path).empty()) {
    return "";
  }
  Md5 hash;
  members.read([&](std::span<const std::byte> piece) { hash.update(piece); });
  return hash.hex();
}

/// Records the members that cannot be unpacked, as rejected if they have a MIDI file's name.
void add_left_out(const ArchiveTree& tree, const Extensions& extensions, Listing& listing) {
  for (const auto& [kind, member] : tree.left_out()) {
    if (kind != Member::Kind::kFolder && extensions.take(member.path)) {
      listing.rejected.push_back(member);
    } else {
      listing.problems.push_back(fmt::format("{} is left out: {}", member.path, member.reason));
    }
  }
  std::ranges::stable_sort(listing.rejected, {}, &Rejection::path);
}

}  // namespace

Listing list_archive(const Source& source, const Extensions& extensions) {
  ArchiveTree tree;
  ArchiveMembers members(source);
  Progress progress("list the archive", source.stamp.bytes);
  std::uint64_t count = 0;
  for (Member member; members.next(member); ++count) {
    if (member.sparse && extensions.take(member.path)) {
      throw CorpusError(
          fmt::format("the archive {} stores {} as a sparse file; pack it again without tar's -S",
                      source.path.string(), shortened(member.path)));
    }
    if (member.encrypted && extensions.take(member.path)) {
      throw CorpusError(fmt::format(
          "the archive {} contains {} encrypted; unpack it with its password and use the folder",
          source.path.string(), shortened(member.path)));
    }
    if (member.sparse) member.kind = Member::Kind::kOther;
    tree.add(member, hash_in_passing(source, member, extensions, members));
    progress.update(members.bytes_used(), format_count(count) + " members");
  }
  Listing listing = walk(tree, extensions, "the archive " + source.path.string());
  add_left_out(tree, extensions, listing);
  return listing;
}

}  // namespace amt
