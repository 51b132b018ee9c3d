#include "amt/corpus/corpus.hpp"

#include <algorithm>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr char kUnreadable = '!';  // marks a reason in place of a hash

std::string identify(const std::filesystem::path& root, const FoundFile& file,
                     std::vector<std::byte>& buffer) {
  const std::string named = md5_from_name(file.path);
  if (!named.empty()) return named;
  try {
    return md5_hex(read_file(root / file.path, buffer));
  } catch (const Error& error) {
    return kUnreadable + std::string(error.what());
  }
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

std::vector<std::string> hash_share(const std::filesystem::path& root, const Listing& listing,
                                    int rank, int ranks) {
  std::vector<std::string> hashes;
  std::vector<std::byte> buffer;
  const auto step = static_cast<std::size_t>(ranks);
  for (auto i = static_cast<std::size_t>(rank); i < listing.files.size(); i += step) {
    hashes.push_back(identify(root, listing.files[i], buffer));
  }
  return hashes;
}

Corpus assemble_corpus(const std::filesystem::path& root, const Listing& listing,
                       const std::vector<std::vector<std::string>>& shares) {
  Corpus corpus;
  corpus.root = root;
  for (std::size_t i = 0; i < listing.files.size(); ++i) {
    const FoundFile& file = listing.files[i];
    const std::string& hash = shares[i % shares.size()].at(i / shares.size());
    if (hash.starts_with(kUnreadable)) {
      corpus.unreadable.push_back({file.path, hash.substr(1)});
    } else {
      corpus.files.push_back({hash, file.path, file.bytes});
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
