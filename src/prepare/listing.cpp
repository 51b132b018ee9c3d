#include "listing.hpp"

#include "amt/base/error.hpp"
#include "amt/base/log.hpp"
#include "amt/base/strings.hpp"
#include "amt/mpi/collectively.hpp"
#include "gather.hpp"

namespace amt {
namespace {

constexpr std::size_t kMaxWarnings = 5;

Listing walk_and_report(const std::filesystem::path& root) {
  Listing listing = walk_folder(root);
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
    throw Error(str_cat("there are no .mid or .midi files below ", root.string()));
  }
  return listing;
}

void share_listing(const mpi::Communicator& communicator, Listing& listing) {
  std::vector<std::string> fields;
  for (const FoundFile& file : listing.files) {
    fields.push_back(file.path);
    fields.push_back(std::to_string(file.bytes));
  }
  std::string bytes = pack_strings(fields);
  communicator.broadcast(bytes, 0);
  if (communicator.rank() == 0) return;
  fields = unpack_strings(bytes);
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    listing.files.push_back({fields[i], std::stoull(fields[i + 1])});
  }
}

}  // namespace

Corpus list_corpus(const mpi::Communicator& communicator, const std::filesystem::path& root) {
  Listing listing;
  mpi::collectively(communicator, [&] {
    if (communicator.rank() == 0) listing = walk_and_report(root);
  });
  share_listing(communicator, listing);
  std::vector<std::string> mine;
  mpi::collectively(communicator, [&] {
    mine = hash_share(root, listing, communicator.rank(), communicator.size());
  });
  std::vector<std::vector<std::string>> shares;
  for (const std::string& part : communicator.all_gather(pack_strings(mine))) {
    shares.push_back(unpack_strings(part));
  }
  return assemble_corpus(root, listing, shares);
}

Corpus list_corpus(const std::filesystem::path& root) {
  const Listing listing = walk_and_report(root);
  return assemble_corpus(root, listing, {hash_share(root, listing, 0, 1)});
}

}  // namespace amt
