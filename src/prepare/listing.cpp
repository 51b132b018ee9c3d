#include "listing.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "file_memory.hpp"
#include "gather.hpp"
#include "summary.hpp"

namespace amt {
namespace {

constexpr std::size_t kMaxWarnings = 5;
constexpr std::size_t kFilesLookedFor = 64;

void warn_of_problems(const Listing& listing) {
  for (std::size_t i = 0; i < listing.problems.size() && i < kMaxWarnings; ++i) {
    log_warning(listing.problems[i]);
  }
  if (listing.problems.size() > kMaxWarnings) {
    log_warning(fmt::format("and {} more like these", listing.problems.size() - kMaxWarnings));
  }
  if (!listing.rejected.empty()) {
    const Rejection& first = listing.rejected.front();
    log_warning(fmt::format(
        "{} of the corpus's files and folders cannot be read and count as rejected; the "
        "first is {} ({})",
        format_count(listing.rejected.size()), first.path, first.reason));
  }
  if (!listing.passed_over.empty()) log_info(passed_over_text(listing.passed_over));
}

void warn_of_clashes(const NameClashes& clashes) {
  if (clashes.files == 0) return;
  log_warning(
      fmt::format("{} files are left out because their name is the MD5 of another, different file; "
                  "the first is {}, and {} is used instead",
                  format_count(clashes.files), clashes.first, clashes.taken));
}

Listing list_and_report(const PrepareOptions& options) {
  const Extensions extensions = options.taken();
  Listing listing = list_files(options.corpus, extensions);
  warn_of_problems(listing);
  if (listing.files.empty() && listing.rejected.empty()) {
    throw Error(fmt::format("there are no {}{}{}", extensions.describe(),
                            listing.source.kind == SourceKind::kFolder ? " below " : " in ",
                            options.corpus));
  }
  return listing;
}

std::string pack_files(const std::vector<CorpusFile>& files) {
  std::vector<std::string> fields;
  for (const CorpusFile& file : files) {
    fields.insert(fields.end(),
                  {file.md5, file.path, std::to_string(file.bytes), std::to_string(file.offset)});
  }
  return pack_strings(fields);
}

std::vector<CorpusFile> unpack_files(const std::string& bytes) {
  std::vector<CorpusFile> files;
  const std::vector<std::string> fields = unpack_strings(bytes);
  for (std::size_t i = 0; i + 3 < fields.size(); i += 4) {
    files.push_back(
        {fields[i], fields[i + 1], std::stoull(fields[i + 2]), std::stoull(fields[i + 3])});
  }
  return files;
}

/// Sends rank 0's source, files and rejections to all ranks; the rest stays on rank 0.
void share_listing(const mpi::Communicator& communicator, Listing& listing) {
  Source& source = listing.source;
  std::string bytes =
      pack_strings({source.path.string(), std::to_string(static_cast<int>(source.kind)),
                    std::to_string(source.stamp.bytes), std::to_string(source.stamp.modified_ns),
                    pack_files(listing.files), pack_rejections(listing.rejected)});
  communicator.broadcast(bytes, 0);
  if (communicator.rank() == 0) return;
  const std::vector<std::string> fields = unpack_strings(bytes);
  source = {fields[0],
            static_cast<SourceKind>(std::stoi(fields[1])),
            {std::stoull(fields[2]), std::stoll(fields[3])}};
  listing.files = unpack_files(fields[4]);
  listing.rejected = unpack_rejections(fields[5]);
}

/// Local. Without this check, a node that lacks the corpus would reject its files one by one, and
/// the dataset would miss them. Looks for a sample of the files that rank 0 found; a few may have
/// vanished since then.
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
  throw CorpusError(
      fmt::format("{} differs from the one on rank 0: {} of {} files checked are missing or "
                  "have another size, such as {}; give every node the same corpus",
                  listing.source.path.string(), missing, looked, first));
}

/// Rejects files that would not fit into memory even before parsing, so that nobody reads them.
/// This matters for compressed archives, whose reader reads ahead. The memory in the message is an
/// estimate that assumes two messages per note.
void refuse_large_files(Corpus& corpus, const PrepareOptions& options, std::uint64_t most) {
  std::erase_if(corpus.files, [&](const CorpusFile& file) {
    if (file.bytes <= most) return false;
    const MidiCounts guess = {1, file.bytes / 3, file.bytes / 3, file.bytes / 6};
    corpus.unreadable.push_back(
        {file.path, too_large_reason(memory_of_file(file.bytes, guess, options))});
    return true;
  });
}

}  // namespace

Corpus list_corpus(const mpi::Communicator& communicator, const PrepareOptions& options,
                   std::uint64_t most) {
  Listing listing;
  mpi::run_on_all(communicator, [&] {
    if (communicator.rank() == 0) listing = list_and_report(options);
  });
  share_listing(communicator, listing);
  mpi::run_on_all(communicator, [&] { require_same_folder(listing); });
  const auto hash_together = [&](const Listing& files, auto hash) {
    std::vector<std::string> mine;
    mpi::run_on_all(communicator,
                    [&] { mine = hash(files, communicator.rank(), communicator.size()); });
    HashShares shares;
    for (const std::string& part : communicator.all_gather(pack_strings(mine))) {
      shares.push_back(unpack_strings(part));
    }
    return shares;
  };
  const HashShares shares = hash_together(listing, hash_share);
  const Listing alike = files_named_alike(listing, shares);
  Corpus corpus =
      assemble_corpus(listing, shares, alike, hash_together(alike, hash_contents_share));
  if (communicator.rank() == 0) warn_of_clashes(corpus.clashes);
  refuse_large_files(corpus, options, most);
  return corpus;
}

Corpus list_corpus(const PrepareOptions& options, std::uint64_t most) {
  const Listing listing = list_and_report(options);
  const HashShares shares = {hash_share(listing, 0, 1)};
  const Listing alike = files_named_alike(listing, shares);
  Corpus corpus = assemble_corpus(listing, shares, alike, {hash_contents_share(alike, 0, 1)});
  warn_of_clashes(corpus.clashes);
  refuse_large_files(corpus, options, most);
  return corpus;
}

}  // namespace amt
