import { verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { readPage } from '../src/s3-listing.ts';

const page = (contents: string, more = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix></Prefix>${more}${contents}</ListBucketResult>`;
const entry = (key: string): string =>
  `<Contents><Key>${key}</Key><LastModified>2026-11-25T02:03:04.000Z</LastModified><ETag>&quot;abc&quot;</ETag><Size>12</Size><StorageClass>STANDARD</StorageClass></Contents>`;

describe(verifies('storage.object-store', 'the list of an S3 server'), () => {
  test.each([
    ['plus+a.png', 'plus+a.png'],
    ['100%25.png', '100%25.png'],
    ['a &amp; b &lt;c&gt;.png', 'a & b <c>.png'],
    ['quote&#39;&#34;&#x22;.png', 'quote\'"".png'],
    ['日本 ü.png', '日本 ü.png'],
    ['&amp;amp;', '&amp;'],
  ])('names are taken as they stand there: %s', (written, key) => {
    expect(readPage(page(entry(written)))).toEqual({
      entries: [{ key, bytes: 12, etag: '"abc"', modified: new Date('2026-11-25T02:03:04.000Z') }],
      token: null,
    });
  });

  test('goes on with the token of a page that was cut, and only then', () => {
    const token = '<NextContinuationToken>a/b&amp;c</NextContinuationToken>';
    expect(readPage(page(entry('a'), `<IsTruncated>true</IsTruncated>${token}`)).token).toBe('a/b&c');
    expect(readPage(page(entry('a'), `<IsTruncated>false</IsTruncated>${token}`)).token).toBeNull();
  });

  test('an answer that is no list has no entries', () => {
    expect(readPage('<html>no</html>')).toEqual({ entries: [], token: null });
  });
});
