#include "amt/corpus/corpus.hpp"

#include <algorithm>
#include <utility>

#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"
#include "file_tree.hpp"
#include "hash_files.hpp"

namespace amt {
namespace {

/// What is known of a file without reading it; "" if nothing.
std::string known_identity(const CorpusFile& file) {
  if (file.bytes > kLargestFile) {
    return kUnreadable + str_cat(file.bytes, " bytes are too many for a piece of music");
  }
  const std::string named = md5_from_name(file.path);
  return named.empty() ? file.md5 : named;
}

}  // namespace

std::string md5_from_name(const std::string& path) {
  std::string stem = std::filesystem::path(path).stem().string();
  if (stem.size() != 32) return "";
  for (char& c : stem) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) return "";
  }
  return stem;
}

Listing list_files(const std::filesystem::path& corpus, const Extensions& extensions) {
  Source source = find_source(corpus);
  Listing listing = source.kind == SourceKind::kFolder ? list_folder(source.path, extensions)
                                                       : list_archive(source, extensions);
  listing.source = std::move(source);
  return listing;
}

std::vector<std::string> hash_share(const Listing& listing, int rank, int ranks) {
  std::vector<std::string> hashes;
  std::vector<std::size_t> unknown;  // in hashes
  ReadingOrder order;
  const auto step = static_cast<std::size_t>(ranks);
  for (auto i = static_cast<std::size_t>(rank); i < listing.files.size(); i += step) {
    hashes.push_back(known_identity(listing.files[i]));
    if (!hashes.back().empty()) continue;
    unknown.push_back(hashes.size() - 1);
    order.push_back(&listing.files[i]);
  }
  if (order.empty()) return hashes;
  std::vector<std::string> found = hash_files(listing.source, order);
  for (std::size_t i = 0; i < order.size(); ++i) hashes[unknown[i]] = std::move(found[i]);
  return hashes;
}

Corpus assemble_corpus(const Listing& listing,
                       const std::vector<std::vector<std::string>>& shares) {
  Corpus corpus;
  corpus.source = listing.source;
  corpus.unreadable = listing.rejected;
  corpus.passed_over = listing.passed_over;
  for (std::size_t i = 0; i < listing.files.size(); ++i) {
    const CorpusFile& file = listing.files[i];
    const std::string& hash = shares[i % shares.size()].at(i / shares.size());
    if (hash.starts_with(kUnreadable)) {
      corpus.unreadable.push_back({file.path, hash.substr(1)});
    } else {
      corpus.files.push_back({hash, file.path, file.bytes, file.offset});
    }
  }
  // Stable: of equal files the first by path stays.
  std::ranges::stable_sort(corpus.files, {}, &CorpusFile::md5);
  const auto repeated = std::ranges::unique(corpus.files, {}, &CorpusFile::md5);
  corpus.duplicates = repeated.size();
  corpus.files.erase(repeated.begin(), repeated.end());
  return corpus;
}

std::uint64_t Corpus::bytes() const {
  std::uint64_t sum = 0;
  for (const CorpusFile& file : files) sum += file.bytes;
  return sum;
}

std::string Corpus::digest() const {
  Xxh3 hash;
  for (const CorpusFile& file : files) {
    const std::string line = str_cat(file.md5, ' ', file.bytes, '\n');
    hash.update(std::as_bytes(std::span(line)));
  }
  return hex64(hash.digest());
}

}  // namespace amt
