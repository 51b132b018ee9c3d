// The MIDI files of a corpus: found, named by MD5, each once.
//
// Listing goes in three steps so that ranks can share the costly one: walk_folder (one rank),
// hash_share (every rank its part: only files whose names are not already an MD5 are read), and
// assemble_corpus (every rank, the same result).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace amt {

/// A file as found in the tree.
struct FoundFile {
  std::string path;  ///< relative to the corpus; any bytes, not only UTF-8
  std::uint64_t bytes = 0;
};

struct Listing {
  std::vector<FoundFile> files;       ///< in byte order of their paths
  std::vector<std::string> problems;  ///< one line for each folder or link that could not be used
  std::uint64_t other_case = 0;  ///< files named .MID, .Midi ...: not taken, as in the reference
};

/// Every `*.mid` and `*.midi` below `root`, names beginning with a dot aside. Symbolic links are
/// followed; a folder reached again is not entered again. Error if `root` is not a folder that can
/// be listed. Local.
Listing walk_folder(const std::filesystem::path& root);

/// "" if the name (without extension) is no MD5, else its 32 hex digits in lower case.
std::string md5_from_name(const std::string& path);

/// A file that is not taken, and why. `path` is relative to the corpus.
struct Rejection {
  std::string path;
  std::string reason;
};

/// The hashes of files rank, rank + ranks, rank + 2 ranks ... of the listing: an MD5 or, for a file
/// that cannot be read, "!" and the reason. Local.
std::vector<std::string> hash_share(const std::filesystem::path& root, const Listing& listing,
                                    int rank, int ranks);

/// A file of the corpus.
struct CorpusFile {
  std::string md5;   ///< 32 lower-case hex digits: its name as far as order and splits go
  std::string path;  ///< relative to the root
  std::uint64_t bytes = 0;
};

struct Corpus {
  std::filesystem::path root;
  std::vector<CorpusFile> files;      ///< in order of md5, each md5 once
  std::vector<Rejection> unreadable;  ///< files that could not be read
  std::uint64_t duplicates = 0;       ///< files left out because an equal one was taken
  std::uint64_t bytes() const;
  /// XXH3 over names and sizes: equal for equal corpora wherever they lie. 16 hex digits.
  std::string digest() const;
};

/// `shares[r]` is rank r's hash_share. Of equal files the first by path is taken.
Corpus assemble_corpus(const std::filesystem::path& root, const Listing& listing,
                       const std::vector<std::vector<std::string>>& shares);

}  // namespace amt
