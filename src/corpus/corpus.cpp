#include "amt/corpus/corpus.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"
#include "file_tree.hpp"
#include "hash_files.hpp"

namespace amt {
namespace {

/// Returns what is known about a file without reading it: its MD5, or why it is rejected; "" if
/// neither is known.
std::string known_identity(const CorpusFile& file) {
  if (file.bytes > kLargestFile) {
    return kUnreadable + fmt::format("{} bytes are too many for a piece of music", file.bytes);
  }
  const std::string named = md5_from_name(file.path);
  return named.empty() ? file.md5 : named;
}

template <class Known>
std::vector<std::string> hash_unknown(const Listing& listing, int rank, int ranks, Known known) {
  std::vector<std::string> hashes;
  std::vector<std::size_t> unknown;  // indices in hashes
  ReadingOrder order;
  const std::size_t step = ranks;
  for (std::size_t i = rank; i < listing.files.size(); i += step) {
    hashes.push_back(known(listing.files[i]));
    if (!hashes.back().empty()) continue;
    unknown.push_back(hashes.size() - 1);
    order.push_back(&listing.files[i]);
  }
  if (order.empty()) return hashes;
  std::vector<std::string> found = hash_files(listing.source, order);
  for (std::size_t i = 0; i < order.size(); ++i) hashes[unknown[i]] = std::move(found[i]);
  return hashes;
}

const std::string& hash_of(const HashShares& shares, std::size_t file) {
  return shares[file % shares.size()].at(file / shares.size());
}

/// Returns the readable files with their md5 set, ordered by md5 and then by path.
std::vector<CorpusFile> hashed_files(const Listing& listing, const HashShares& shares) {
  std::vector<CorpusFile> files;
  for (std::size_t i = 0; i < listing.files.size(); ++i) {
    const std::string& hash = hash_of(shares, i);
    if (hash.starts_with(kUnreadable)) continue;
    files.push_back(listing.files[i]);
    files.back().md5 = hash;
  }
  std::ranges::stable_sort(files, {}, &CorpusFile::md5);
  return files;
}

/// Calls `take` with each run of files that have the same md5.
template <class Take>
void for_each_group(const std::vector<CorpusFile>& files, Take take) {
  for (std::size_t first = 0, last = 0; first < files.size(); first = last) {
    while (last < files.size() && files[last].md5 == files[first].md5) ++last;
    take(std::span(files).subspan(first, last - first));
  }
}

void add_clash(NameClashes& clashes, const CorpusFile& file, const CorpusFile& taken) {
  if (clashes.files++ > 0 && clashes.first <= file.path) return;
  clashes.first = file.path;
  clashes.taken = taken.path;
}

}  // namespace

std::string md5_from_name(const std::string& path) {
  const std::string stem = lower_case(std::filesystem::path(path).stem().string());
  const bool hexadecimal = stem.find_first_not_of("0123456789abcdef") == std::string::npos;
  return stem.size() == 32 && hexadecimal ? stem : "";
}

Listing list_files(const std::filesystem::path& corpus, const Extensions& extensions) {
  Source source = find_source(corpus);
  Listing listing = source.kind == SourceKind::kFolder ? list_folder(source.path, extensions)
                                                       : list_archive(source, extensions);
  listing.source = std::move(source);
  return listing;
}

std::vector<std::string> hash_share(const Listing& listing, int rank, int ranks) {
  return hash_unknown(listing, rank, ranks, known_identity);
}

std::vector<std::string> hash_contents_share(const Listing& listing, int rank, int ranks) {
  return hash_unknown(listing, rank, ranks, [](const CorpusFile&) { return std::string(); });
}

Listing files_named_alike(const Listing& listing, const HashShares& shares) {
  Listing alike;
  alike.source = listing.source;
  for_each_group(hashed_files(listing, shares), [&](std::span<const CorpusFile> group) {
    const auto is_named = [](const CorpusFile& file) { return !md5_from_name(file.path).empty(); };
    const auto is_like_first = [&](const CorpusFile& file) { return file.bytes == group[0].bytes; };
    if (std::ranges::none_of(group, is_named) || std::ranges::count_if(group, is_like_first) < 2) {
      return;
    }
    std::ranges::copy_if(group, std::back_inserter(alike.files), is_like_first);
  });
  return alike;
}

Corpus assemble_corpus(const Listing& listing, const HashShares& shares, const Listing& alike,
                       const HashShares& contents) {
  Corpus corpus;
  corpus.source = listing.source;
  corpus.unreadable = listing.rejected;
  corpus.passed_over = listing.passed_over;
  for (std::size_t i = 0; i < listing.files.size(); ++i) {
    const std::string& hash = hash_of(shares, i);
    if (!hash.starts_with(kUnreadable)) continue;
    corpus.unreadable.push_back({listing.files[i].path, hash.substr(1)});
  }
  std::map<std::string_view, std::string_view> content_of;  // by path
  for (std::size_t i = 0; i < alike.files.size(); ++i) {
    content_of[alike.files[i].path] = hash_of(contents, i);
  }
  for_each_group(hashed_files(listing, shares), [&](std::span<const CorpusFile> group) {
    corpus.files.push_back(group[0]);
    for (const CorpusFile& file : group.subspan(1)) {
      const bool equal =
          file.bytes == group[0].bytes && content_of[file.path] == content_of[group[0].path];
      if (equal) {
        ++corpus.duplicates;
      } else {
        add_clash(corpus.clashes, file, group[0]);
      }
    }
  });
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
    const std::string line = fmt::format("{} {}\n", file.md5, file.bytes);
    hash.update(std::as_bytes(std::span(line)));
  }
  return hex64(hash.digest());
}

}  // namespace amt
