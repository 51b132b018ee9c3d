#include "listing.hpp"

#include "amt/base/error.hpp"
#include "amt/base/log.hpp"
#include "amt/base/strings.hpp"
#include "amt/mpi/collectively.hpp"
#include "gather.hpp"

namespace amt {
namespace {

constexpr std::size_t kMaxWarnings = 5;
constexpr std::size_t kFilesLookedFor = 64;

Listing list_and_report(const std::filesystem::path& root) {
  Listing listing = list_files(root);
  for (std::size_t i = 0; i < listing.problems.size() && i < kMaxWarnings; ++i) {
    log_warning(listing.problems[i]);
  }
  if (listing.problems.size() > kMaxWarnings) {
    log_warning(str_cat("and ", listing.problems.size() - kMaxWarnings, " more like these"));
  }
  if (listing.other_case > 0) {
    log_warning(str_cat(listing.other_case,
                        " files named .MID or the like are not taken, as the "
                        "reference does not; rename them to .mid"));
  }
  if (listing.files.empty()) {
    throw Error(str_cat("there are no .mid or .midi files ",
                        listing.source.kind == SourceKind::kFolder ? "below " : "in ",
                        root.string()));
  }
  return listing;
}

/// Rank 0's source and files to all.
void share_listing(const mpi::Communicator& communicator, Listing& listing) {
  Source& source = listing.source;
  std::vector<std::string> fields = {
      source.path.string(), std::to_string(static_cast<int>(source.kind)),
      std::to_string(source.stamp.bytes), std::to_string(source.stamp.modified_ns)};
  const std::size_t head = fields.size();
  for (const CorpusFile& file : listing.files) {
    fields.insert(fields.end(),
                  {file.md5, file.path, std::to_string(file.bytes), std::to_string(file.offset)});
  }
  std::string bytes = pack_strings(fields);
  communicator.broadcast(bytes, 0);
  if (communicator.rank() == 0) return;
  fields = unpack_strings(bytes);
  source = {fields[0],
            static_cast<SourceKind>(std::stoi(fields[1])),
            {std::stoull(fields[2]), std::stoll(fields[3])}};
  for (std::size_t i = head; i + 3 < fields.size(); i += 4) {
    listing.files.push_back(
        {fields[i], fields[i + 1], std::stoull(fields[i + 2]), std::stoull(fields[i + 3])});
  }
}

/// Local. A node that lacks the corpus would refuse its files one by one, and the dataset would
/// lose them: some that rank 0 has found are looked for. A few may have vanished meanwhile.
void require_same_folder(const Listing& listing) {
  if (listing.source.kind != SourceKind::kFolder) return;  // readers compare an archive's stamp
  const std::size_t stride = listing.files.size() / kFilesLookedFor + 1;
  std::size_t looked = 0, missing = 0;
  std::string first;
  for (std::size_t i = 0; i < listing.files.size(); i += stride, ++looked) {
    const CorpusFile& file = listing.files[i];
    std::error_code failed;
    const auto bytes = std::filesystem::file_size(listing.source.path / file.path, failed);
    if (!failed && bytes == file.bytes) continue;
    if (missing++ == 0) first = file.path;
  }
  if (2 * missing <= looked) return;
  throw CorpusError(str_cat(listing.source.path.string(), " is not here what it is on rank 0: ",
                            missing, " of ", looked, " files looked for are missing or of another ",
                            "size, first ", first, "; give every node the same corpus"));
}

}  // namespace

Corpus list_corpus(const mpi::Communicator& communicator, const std::filesystem::path& root) {
  Listing listing;
  mpi::collectively(communicator, [&] {
    if (communicator.rank() == 0) listing = list_and_report(root);
  });
  share_listing(communicator, listing);
  mpi::collectively(communicator, [&] { require_same_folder(listing); });
  std::vector<std::string> mine;
  mpi::collectively(communicator,
                    [&] { mine = hash_share(listing, communicator.rank(), communicator.size()); });
  std::vector<std::vector<std::string>> shares;
  for (const std::string& part : communicator.all_gather(pack_strings(mine))) {
    shares.push_back(unpack_strings(part));
  }
  return assemble_corpus(listing, shares);
}

Corpus list_corpus(const std::filesystem::path& root) {
  const Listing listing = list_and_report(root);
  return assemble_corpus(listing, {hash_share(listing, 0, 1)});
}

}  // namespace amt
