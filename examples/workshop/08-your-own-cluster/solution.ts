/**
 * A cluster that loses any one rack and goes on: every PG still serves clients, and all copies are
 * rebuilt on what is left with no OSD above 85 %. At least 200 TB stored in the pool `data`.
 */
export const answer = `
racks:
  - count: 5
    hosts:
      - count: 3
        osds: [{ count: 12, size: 8 TB }]
pools:
  - { name: data, size: 3, failure_domain: rack, pg_num: 4096, stored: 200 TB }
`;
