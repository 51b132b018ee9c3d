// A corpus that is an archive: what is in it.
#include "amt/base/hash.hpp"
#include "amt/base/progress.hpp"
#include "amt/base/strings.hpp"
#include "archive_tree.hpp"

namespace amt {
namespace {

/// The MD5 of a member, while the stream is at it; "" if it is not worth the time now. In a plain
/// archive all ranks hash together later.
std::string hash_in_passing(const Source& source, const Member& member, TarMembers& members,
                            std::vector<std::byte>& buffer) {
  if (source.kind == SourceKind::kTar || member.kind != Member::Kind::kFile ||
      !is_midi_name(member.path) || member.bytes > kLargestFile) {
    return "";
  }
  std::string md5 = md5_from_name(member.path);
  if (!md5.empty()) return "";
  members.read(buffer);
  return md5_hex(buffer);
}

}  // namespace

Listing list_archive(const Source& source) {
  ArchiveTree tree;
  TarMembers members(source);
  Progress progress("list the archive", static_cast<double>(source.stamp.bytes));
  std::vector<std::byte> buffer;
  std::uint64_t count = 0;
  for (Member member; members.next(member); ++count) {
    if (member.sparse && is_midi_name(member.path)) {
      throw CorpusError(str_cat("the archive ", source.path.string(), " stores ", member.path,
                                " as a sparse file; pack it again without tar's -S"));
    }
    if (member.sparse) member.kind = Member::Kind::kOther;
    tree.add(member, hash_in_passing(source, member, members, buffer));
    progress.update(static_cast<double>(members.bytes_used()), format_count(count) + " members");
  }
  Listing listing = walk(tree, "the archive " + source.path.string());
  listing.problems.insert(listing.problems.end(), tree.problems().begin(), tree.problems().end());
  return listing;
}

}  // namespace amt
